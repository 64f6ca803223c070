#pragma once

#include <string>
#include <string_view>

/// Macros in SPF records, RFC 7208 §7. Pure.
namespace pillarbox::mailauth {

/// What the macros of one evaluation stand for, RFC 7208 §7.2.
struct SpfMacros
{
    std::string local_part;                // l: of the sender; "postmaster" where it has none
    std::string sender_domain;             // o
    std::string domain;                    // d: whose record is being looked at
    std::string address;                   // i, v: the client's, 4 or 16 octets
    std::string helo;                      // h
    std::string validated_name{"unknown"}; // p
};

/// Whether `text` is a domain-spec, RFC 7208 §7.1: macros and literals that end
/// with a macro or with a dot and a top label. `c`, `r` and `t` have no place in one.
bool is_domain_spec(std::string_view text);

/// Whether `text` is a macro-string, RFC 7208 §7.1, with any macro letter.
bool is_macro_string(std::string_view text);

/// Whether `p` occurs: only then it is worth asking DNS for.
bool names_validated_name(std::string_view domain_spec);

/// The domain name that a domain-spec stands for, RFC 7208 §7.3: its macros
/// expanded, without a last dot, at most 253 octets. Labels at its left end give
/// way. Any octets that a sender has chosen may be in it.
std::string expand(std::string_view domain_spec, const SpfMacros& macros);

} // namespace pillarbox::mailauth

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// SPF records, RFC 7208 §§4.5, 4.6, 5 and 6. Pure.
namespace pillarbox::mailauth {

/// What SPF says of a sender, RFC 7208 §2.6.
enum class SpfResult : std::uint8_t
{
    none,      // there is no record
    neutral,   // its owner says neither yes nor no
    pass,      // the client may send for this domain
    fail,      // it may not
    softfail,  // it probably may not
    temperror, // DNS could not be asked now
    permerror  // the record cannot be made sense of
};

/// "pass", as Authentication-Results has it.
std::string_view name_of(SpfResult result);

/// One mechanism, and what it leads to when it matches.
struct SpfMechanism
{
    enum class Kind : std::uint8_t
    {
        all,
        include,
        a,
        mx,
        ptr,
        ip4,
        ip6,
        exists
    };

    Kind kind = Kind::all;
    SpfResult result = SpfResult::pass; // what its qualifier says
    std::string domain_spec{};          // may be empty with a, mx and ptr: the domain itself
    std::string network{};              // ip4, ip6: 4 or 16 octets
    unsigned prefix4 = 32;              // bits that count, of IPv4 and IPv6
    unsigned prefix6 = 128;

    bool operator==(const SpfMechanism&) const = default;
};

struct SpfRecord
{
    std::vector<SpfMechanism> mechanisms; // in their order
    std::optional<std::string> redirect;  // domain-spec
    std::optional<std::string> explanation;
};

/// Whether a TXT record is one of SPF: "v=spf1", then nothing or a space.
bool is_spf_record(std::string_view text);

/// Nothing where it has any error of syntax: RFC 7208 §4.6 makes that a permerror.
std::optional<SpfRecord> parse_spf_record(std::string_view text);

/// Whether `address`, of 4 or 16 octets, lies in `network`, of which `prefix` bits
/// count. Addresses of different families never do.
bool in_network(std::string_view address, std::string_view network, unsigned prefix);

} // namespace pillarbox::mailauth

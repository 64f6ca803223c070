#pragma once

#include "server/dkim/canonical.hpp"
#include "server/dkim/keys.hpp"
#include "server/dkim/tag_list.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim {

/// What a signature comes to, as RFC 8601 §2.7.1 names it.
enum class Outcome
{
    pass,
    fail,      // the message was changed, the signature is another key's, or its time is over
    policy,    // it may be right, but we take none of its kind
    neutral,   // it is malformed, or of a kind that nobody here knows
    temperror, // its key could not be looked up now
    permerror  // its key is missing, revoked or malformed
};

/// As Authentication-Results has it.
std::string_view name_of(Outcome outcome);

/// Why a signature comes to something else than pass, in words for people.
struct Fault
{
    Outcome outcome = Outcome::neutral;
    std::string why;
};

template <class T>
using Parsed = boost::system::result<T, Fault>;

/// A DKIM-Signature field, RFC 6376 §3.5, or one of ARC that is like it.
struct Signature
{
    Algorithm algorithm{};
    std::string octets;    // b=
    std::string body_hash; // bh=, 32 octets
    Form header_form = Form::simple;
    Form body_form = Form::simple;
    std::string domain;              // d=, as DNS has it
    std::string selector;            // s=
    std::string identity_domain;     // of i=
    std::vector<std::string> fields; // h=, in lower case
    std::optional<std::uint64_t> body_length;
    std::optional<std::chrono::sys_seconds> expires;

    /// Where its key is, RFC 6376 §3.6.2.1.
    std::string key_name() const { return selector + "._domainkey." + domain; }
};

/// What is demanded of it by §3.5 and §6.1.1; faults are neutral but for those
/// that are a matter of policy (RFC 8301) and a From that is not signed.
Parsed<Signature> parse_signature(const TagList& tags);

/// An ARC-Message-Signature, RFC 8617 §4.1.2: the same without a version, and with
/// a number where the identity is. It does not cover seals.
Parsed<Signature> parse_message_signature(const TagList& tags);

/// An ARC-Seal, §4.1.3: it covers all sets up to its own and no more, so that it
/// names neither fields nor a body. Its header is in the relaxed form.
Parsed<Signature> parse_seal(const TagList& tags);

} // namespace pillarbox::dkim

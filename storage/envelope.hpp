#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace pillarbox::storage {

// What a client asks of everyone who carries its message on. The numbers are
// those of the database.

/// RET, RFC 3461 §4.3: what comes back with the report of a failure.
enum class ReturnContent : std::uint8_t
{
    unsaid = 0,
    full = 1,
    headers = 2
};

/// BODY, RFC 6152 §3: what the message is made of.
enum class BodyKind : std::uint8_t
{
    unsaid = 0,
    seven_bit = 1,
    eight_bit = 2
};

/// Whether the message may cross in the clear, RFC 8689.
enum class TlsWish : std::uint8_t
{
    unsaid = 0,
    required = 1, // REQUIRETLS: TLS with a checked certificate, or not at all
    waived = 2    // "TLS-Required: No" in its header: rather in the clear than not at all
};

/// BY, RFC 2852 §4: by when a message is to be delivered, and what becomes of
/// it then.
struct DeliverBy
{
    Time at{};
    bool or_return = false; // "R": it comes back; else, "N": its sender is told that it is late
    bool traced = false;    // "T": its sender is told of each server that passes it on

    /// Whether it is to come back now.
    bool over(std::chrono::system_clock::time_point now) const { return or_return && now >= at; }

    bool operator==(const DeliverBy&) const = default;
};

/// NOTIFY, RFC 3461 §4.1: what a sender wants to be told of, a set of bits. None
/// of them: nothing was said, which is of failures, and of delays if we like.
namespace notify {
inline constexpr std::uint32_t never = 1; // alone
inline constexpr std::uint32_t success = 2;
inline constexpr std::uint32_t failure = 4;
inline constexpr std::uint32_t delay = 8;
} // namespace notify

/// What came with MAIL, for all recipients.
struct MailParameters
{
    std::string envelope_id; // ENVID as given, in xtext (RFC 3461 §4.4); empty when it was not
    ReturnContent return_content = ReturnContent::unsaid;
    BodyKind body = BodyKind::unsaid;
    bool smtputf8 = false; // SMTPUTF8, RFC 6531: not for servers that do not know it

    TlsWish tls = TlsWish::unsaid;
    std::optional<Time> release_at{}; // HOLDFOR, HOLDUNTIL (RFC 4865): goes nowhere before then
    std::optional<DeliverBy> deliver_by{};

    bool operator==(const MailParameters&) const = default;
};

/// What came with RCPT, for one of them.
struct RcptParameters
{
    std::uint32_t notify = 0;
    std::string original_recipient; // ORCPT as given (RFC 3461 §4.2); empty when it was not

    bool operator==(const RcptParameters&) const = default;
};

} // namespace pillarbox::storage

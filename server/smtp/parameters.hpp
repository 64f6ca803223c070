#pragma once

#include "storage/envelope.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

// The values of parameters of MAIL and RCPT; nothing when one is wrong. Words
// are known in any case.

/// size-value, RFC 1870 §4: octets in one to twenty digits. One too large for
/// 64 bits is too large for any limit.
std::optional<std::uint64_t> parse_size(std::string_view value);

/// BODY, RFC 6152 §3.
std::optional<storage::BodyKind> parse_body_kind(std::string_view value);

/// AUTH at MAIL, RFC 4954 §5: xtext, or "<>".
bool is_auth_value(std::string_view value);

/// RET, RFC 3461 §4.3.
std::optional<storage::ReturnContent> parse_return_content(std::string_view value);

/// ENVID, RFC 3461 §4.4: at most 100 characters of xtext that stand for
/// printable ASCII. As given, to be passed on.
std::optional<std::string> parse_envelope_id(std::string_view value);

/// NOTIFY, RFC 3461 §4.1: NEVER, or a list of the others.
std::optional<std::uint32_t> parse_notify(std::string_view value);

/// ORCPT, RFC 3461 §4.2: a type of address, and xtext that stands for printable
/// ASCII, or the ASCII form of a `utf-8` address (RFC 6533 §3); at most 500
/// characters. As given, to be passed on.
std::optional<std::string> parse_original_recipient(std::string_view value);

/// BY, RFC 2852 §4: how long the message may take, and what becomes of it then.
struct ByParameter
{
    std::chrono::seconds time{}; // below 0: its time is over already, only with "N"
    bool or_return = false;      // "R", else "N"
    bool traced = false;         // "T"
};

/// BY=SECONDS;MODE: a sign and one to nine digits, "R" or "N", and perhaps "T".
/// With "R" there must be some time left.
std::optional<ByParameter> parse_by(std::string_view value);

/// HOLDFOR, RFC 4865 §4: seconds, in one to nine digits.
std::optional<std::chrono::seconds> parse_interval(std::string_view value);

/// HOLDUNTIL, RFC 4865 §4: a date-time of RFC 3339 §5.6, in UTC or with an offset.
std::optional<std::chrono::sys_seconds> parse_date_time(std::string_view value);

} // namespace pillarbox::smtp

#pragma once

#include <boost/system/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// One SMTP reply: code, enhanced status code (RFC 3463) and text. The views
/// must outlive it; most replies are constants.
struct Reply
{
    std::uint16_t code = 250;
    std::string_view status = "2.0.0"; // empty only in the greeting and in replies to EHLO and HELO
    std::string_view text = "ok";
};

/// The store, or what else a command needs, could not answer.
inline constexpr Reply unavailable{451, "4.3.0", "the server cannot do this now, try again later"};

/// For a command that belongs in a transaction, outside of one.
inline constexpr Reply mail_first{503, "5.5.1", "MAIL FROM first"};

/// A parsed argument, or the reply that refuses it.
template <class T>
using Parsed = boost::system::result<T, Reply>;

/// The reply as sent, with CRLF. Octets of the text that are not printable
/// ASCII become '?', and a line never exceeds 512 octets (RFC 5321 §4.5.3.1.5).
std::string format(const Reply& reply);

/// A reply of several lines, RFC 5321 §4.2.1: every line but the last has a
/// hyphen behind its code. At least one line; `status` stands in each of them
/// unless it is empty (RFC 2034 §4).
std::string format_lines(std::uint16_t code, std::string_view status, std::span<const std::string> lines);

/// Whether the reply says that the client's command was wrong in itself:
/// unknown, malformed or out of order. Those are counted.
constexpr bool is_misuse(const Reply& reply)
{
    return (reply.code >= 500 && reply.code <= 504) || reply.code == 555;
}

} // namespace pillarbox::smtp

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// The longest From_ line that is taken for one, in octets.
inline constexpr std::size_t longest_from_line = 1000;

/// What begins a message in an mbox (RFC 4155): `From SENDER DATE`.
struct FromLine
{
    std::string sender;              // the envelope's; some programs write "-"
    std::chrono::sys_seconds time{}; // when it came; without a zone it is read as UTC
};

/// Reads a line without its end. Empty when it has no sender, or no date as
/// asctime() writes it, perhaps with a zone: then it is text.
std::optional<FromLine> parse_from_line(std::string_view line);

/// The line, with LF. A sender that is empty or could not stand there becomes
/// MAILER-DAEMON.
std::string format_from_line(std::string_view sender, std::chrono::sys_seconds time);

} // namespace pillarbox::transfer

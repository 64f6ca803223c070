#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::mime {

/// A moment and the zone it was written in.
struct Date
{
    std::chrono::sys_seconds time{};
    std::chrono::minutes offset{}; // of local time east of UTC
};

/// Reads RFC 5322 §3.3, with the obsolete forms of §4.3: comments anywhere,
/// years of two and three digits, zones by name. Beyond that it takes what old
/// programs write: no zone (read as UTC), and the order of asctime(). A leap
/// second is the first second of the next minute. Empty when it is no date.
std::optional<Date> parse_date(std::string_view body);

/// "Tue, 25 Nov 2025 17:22:01 +0000", RFC 5322 §3.3.
std::string format_date(std::chrono::sys_seconds time, std::chrono::minutes offset = {});

} // namespace pillarbox::mime

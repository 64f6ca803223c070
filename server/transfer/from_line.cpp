#include "server/transfer/from_line.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/date.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pillarbox::transfer {

namespace {

bool is_day_name(std::string_view word)
{
    constexpr std::array<std::string_view, 7> names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    if (word.ends_with(',')) word.remove_suffix(1);
    return std::ranges::any_of(names, [word](std::string_view name) { return ascii::equal(word, name); });
}

/// Where the name of the day begins that a date follows.
std::optional<std::size_t> find_date(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (is_day_name(text.substr(at, end - at))) return at;
        at = end + 1;
    }
    return std::nullopt;
}

} // namespace

std::optional<FromLine> parse_from_line(std::string_view line)
{
    constexpr std::string_view beginning = "From ";
    if (!line.starts_with(beginning) || line.size() > longest_from_line) return std::nullopt;
    line.remove_prefix(beginning.size());
    const auto date_begin = find_date(line);
    if (!date_begin) return std::nullopt;
    const auto sender = ascii::trim(line.substr(0, *date_begin));
    const auto date = mime::parse_date(line.substr(*date_begin));
    if (sender.empty() || !date) return std::nullopt;
    return FromLine{std::string(sender), date->time};
}

std::string format_from_line(std::string_view sender, std::chrono::sys_seconds time)
{
    const auto visible = [](char c) { return c > ' ' && c != '\x7f'; };
    if (sender.empty() || sender.size() > 320 || !std::ranges::all_of(sender, visible))
        sender = "MAILER-DAEMON";
    const std::tm parts = fmt::gmtime(std::chrono::system_clock::to_time_t(time));
    return fmt::format("From {} {:%a %b} {:2} {:%H:%M:%S} {}\n", sender, parts, parts.tm_mday, parts,
                       parts.tm_year + 1900);
}

} // namespace pillarbox::transfer

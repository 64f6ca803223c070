#include "storage/search_value.hpp"

#include <charconv>
#include <chrono>

namespace pillarbox::storage {
namespace {

using namespace std::chrono;

/// The number at the beginning of `text`, which is cut off; empty when there
/// is none, or it has more than nine digits.
std::optional<std::uint32_t> take_number(std::string_view& text)
{
    constexpr std::size_t most_digits = 9;
    std::uint32_t number = 0;
    const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const auto digits = static_cast<std::size_t>(behind - text.data());
    if (error != std::errc() || digits > most_digits) return std::nullopt;
    text.remove_prefix(digits);
    return number;
}

std::optional<std::uint64_t> read_size(std::string_view text)
{
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    if (text.size() > 1 && text.ends_with('b')) text.remove_suffix(1); // "2mb"
    if (text.empty() || text == "b") return *number;
    if (text == "k") return std::uint64_t{*number} << 10;
    if (text == "m") return std::uint64_t{*number} << 20;
    if (text == "g") return std::uint64_t{*number} << 30;
    return std::nullopt;
}

/// YYYY-MM-DD, or with slashes.
std::optional<Time> read_day(std::string_view text)
{
    if (text.size() != 10 || text[4] != text[7] || (text[4] != '-' && text[4] != '/')) return std::nullopt;
    std::string_view year_part = text.substr(0, 4);
    std::string_view month_part = text.substr(5, 2);
    std::string_view day_part = text.substr(8, 2);
    const auto year_number = take_number(year_part);
    const auto month_number = take_number(month_part);
    const auto day_number = take_number(day_part);
    if (!year_number || !month_number || !day_number) return std::nullopt;
    if (!year_part.empty() || !month_part.empty() || !day_part.empty()) return std::nullopt;
    const year_month_day date{year(static_cast<int>(*year_number)), month(*month_number), day(*day_number)};
    if (!date.ok()) return std::nullopt;
    return Time(sys_days(date));
}

/// So many calendar months earlier; the last day of the month stands for days
/// that it does not have.
Time months_before(Time when, int count)
{
    const auto midnight = floor<days>(when);
    const year_month_day date(midnight);
    const year_month month = year_month(date.year(), date.month()) - months(count);
    year_month_day then = month / date.day();
    if (!then.ok()) then = month / last;
    return Time(sys_days(then)) + (when - midnight);
}

/// "7d", "2w", "3m", "1y" before `now`.
std::optional<Time> read_age(std::string_view text, Time now)
{
    constexpr std::uint32_t most = 10'000;
    const auto number = take_number(text);
    if (!number || *number == 0 || *number > most || text.size() != 1) return std::nullopt;
    switch (text.front()) {
    case 'd':
        return now - days(*number);
    case 'w':
        return now - weeks(*number);
    case 'm':
        return months_before(now, static_cast<int>(*number));
    case 'y':
        return months_before(now, static_cast<int>(*number) * 12);
    default:
        return std::nullopt;
    }
}

std::optional<SearchNode::Term> read_state(std::string_view value)
{
    if (value == "unread") return FlagTerm{flag::seen, false};
    if (value == "read") return FlagTerm{flag::seen, true};
    if (value == "starred") return FlagTerm{flag::flagged, true};
    if (value == "answered") return FlagTerm{flag::answered, true};
    return std::nullopt;
}

} // namespace

std::optional<SearchNode::Term> read_value(std::string_view name, std::string_view value, Time now)
{
    if (name == "is") return read_state(value);
    if (name == "has") {
        if (value == "attachment") return AttachmentTerm{};
        return std::nullopt;
    }
    if (name == "larger" || name == "smaller") {
        const auto octets = read_size(value);
        if (!octets) return std::nullopt;
        return SizeTerm{name == "larger", *octets};
    }
    const bool age = name.ends_with("_than");
    const auto time = age ? read_age(value, now) : read_day(value);
    if (!time) return std::nullopt;
    return TimeTerm{name == "before" || name == "older_than", *time};
}

std::string expected_value(std::string_view name)
{
    const auto sentence = [&](std::string_view what) {
        return "\"" + std::string(name) + ":\" takes " + std::string(what);
    };
    if (name == "is") return sentence("unread, read, starred or answered");
    if (name == "has") return sentence("attachment");
    if (name == "larger" || name == "smaller") return sentence("a size: 500K, 2M, 1G or a number of octets");
    if (name.ends_with("_than")) return sentence("a time: 7d, 2w, 3m or 1y");
    return sentence("a day: 2026-11-27");
}

} // namespace pillarbox::storage

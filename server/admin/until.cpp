#include "server/admin/until.hpp"

#include "server/admin/failed.hpp"
#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

namespace pillarbox::admin {

namespace {

/// Numbers that stand in `text` where `form` has `0`; the rest is the same in
/// both. Nothing when they differ.
template <std::size_t count>
std::optional<std::array<unsigned, count>> numbers(std::string_view text, std::string_view form)
{
    if (text.size() != form.size()) return std::nullopt;
    std::array<unsigned, count> found{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
        if (form[i] != '0') {
            if (text[i] != form[i]) return std::nullopt;
            ++at;
        } else {
            if (!ascii::is_digit(text[i])) return std::nullopt;
            found[at] = found[at] * 10 + static_cast<unsigned>(text[i] - '0');
        }
    }
    return found;
}

std::optional<std::chrono::sys_days> day_of(unsigned year, unsigned month, unsigned day)
{
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(month), std::chrono::day(day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

} // namespace

storage::Time parse_until(std::string_view text)
{
    using std::chrono::days;
    using std::chrono::hours;
    using std::chrono::minutes;
    using std::chrono::seconds;
    if (const auto n = numbers<3>(text, "0000-00-00"))
        if (const auto day = day_of((*n)[0], (*n)[1], (*n)[2])) return *day + days(1);
    if (const auto n = numbers<7>(text, "0000-00-00T00:00:00Z");
        n && (*n)[3] < 24 && (*n)[4] < 60 && (*n)[5] < 60)
        if (const auto day = day_of((*n)[0], (*n)[1], (*n)[2]))
            return *day + hours((*n)[3]) + minutes((*n)[4]) + seconds((*n)[5]);
    throw Failed(fmt::format("'{}' is no time; write a day, 2026-12-31, or 2026-12-31T18:00:00Z", text));
}

} // namespace pillarbox::admin

#include "web/api/list_wish.hpp"

#include "server/base/ascii.hpp"
#include "web/api/json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <ranges>

namespace pillarbox::api {
namespace {

constexpr std::array<std::string_view, 3> any_lists{"limit", "collapse", "sort"};
constexpr std::string_view sort_newest = "-received";
constexpr std::string_view sort_oldest = "received";

} // namespace

ListWish read_list_wish(const std::vector<http::Fields::Line>& query,
                        std::initializer_list<std::string_view> others, std::vector<http::FieldError>& errors)
{
    ListWish wish;
    const auto limit = parameter(query, "limit");
    const auto collapse = parameter(query, "collapse");
    const auto sort = parameter(query, "sort");
    if (limit) {
        const auto number = ascii::parse_number<std::uint32_t>(*limit);
        if (!number || *number < 1 || *number > largest_page)
            errors.push_back({"/limit", "This must be a number from 1 to 200."});
        else
            wish.limit = *number;
    }
    if (collapse) {
        wish.rows = storage::Rows::conversations;
        if (*collapse != collapse_threads) errors.push_back({"/collapse", "This must be thread."});
    }
    if (sort && *sort != sort_newest && *sort != sort_oldest)
        errors.push_back({"/sort", "This must be -received, newest first, or received, oldest first."});
    if (sort == sort_oldest) wish.order = storage::Order::oldest_first;
    for (const auto& name : query | std::views::keys) {
        if (std::ranges::find(any_lists, name) == any_lists.end() &&
            std::ranges::find(others, name) == others.end())
            errors.push_back({"/" + name.substr(0, 100), "This parameter is unknown."});
    }
    return wish;
}

} // namespace pillarbox::api

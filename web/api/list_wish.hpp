#pragma once

#include "storage/search.hpp"
#include "storage/types.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace pillarbox::api {

/// What any list of messages may be asked for.
struct ListWish
{
    std::size_t limit = usual_page; // 1 at least
    storage::Rows rows = storage::Rows::messages;
    storage::Order order = storage::Order::newest_first;
};

/// Reads `limit`, `collapse` and `sort`. What is wrong with them goes to
/// `errors`, and so does a parameter that is none of those nor of `others`.
ListWish read_list_wish(const std::vector<http::Fields::Line>& query,
                        std::initializer_list<std::string_view> others,
                        std::vector<http::FieldError>& errors);

} // namespace pillarbox::api

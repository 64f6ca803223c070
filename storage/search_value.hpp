#pragma once

#include "storage/search_query.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::storage {

/// What `value`, in small letters, means behind is:, has:, larger:, smaller:,
/// before:, after:, older_than: or newer_than:. Empty when it means nothing.
/// A day begins at 0:00 UTC; a month and a year are those of the calendar. Pure.
std::optional<SearchNode::Term> read_value(std::string_view name, std::string_view value, Time now);

/// The sentence about a value that means nothing.
std::string expected_value(std::string_view name);

} // namespace pillarbox::storage

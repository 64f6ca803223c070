#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string_view>

namespace pillarbox::auth {

/// The JSON object that `text` is; nothing when it is none, or nested deeper
/// than any that is met here.
std::optional<boost::json::object> parse_object(std::string_view text);

/// A member that is a text; nothing when it is missing or something else.
std::optional<std::string_view> text_member(const boost::json::object& object, std::string_view name);

} // namespace pillarbox::auth

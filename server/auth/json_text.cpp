#include "server/auth/json_text.hpp"

#include <boost/json/parse.hpp>

namespace pillarbox::auth {

namespace json = boost::json;

std::optional<json::object> parse_object(std::string_view text)
{
    constexpr std::size_t deepest = 16;
    json::parse_options options;
    options.max_depth = deepest;
    json::error_code error;
    const json::value value = json::parse(text, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return value.get_object();
}

std::optional<std::string_view> text_member(const json::object& object, std::string_view name)
{
    const json::value* value = object.if_contains(name);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string());
}

} // namespace pillarbox::auth

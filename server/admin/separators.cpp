#include "server/admin/separators.hpp"

#include "server/admin/failed.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

std::optional<std::string> parse_separators(std::string_view text)
{
    if (text == "default") return std::nullopt;
    if (text == "none") return std::string();
    try {
        return setting::parse_separators(text);
    } catch (const setting::BadValue& error) {
        throw Failed(fmt::format("{}; or none, or default", error.what()));
    }
}

} // namespace pillarbox::admin

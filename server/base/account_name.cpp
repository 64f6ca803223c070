#include "server/base/account_name.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/base/precis.hpp"

namespace pillarbox {

std::string account_name(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos) return precis::user_name_to_find(text);
    const std::string_view domain = text.substr(at + 1);
    return precis::user_name_to_find(text.substr(0, at)) + '@' +
           domain_name::to_ascii(domain).value_or(ascii::to_lower(domain));
}

} // namespace pillarbox

#include "server/admin/prepared_password.hpp"

#include "server/admin/failed.hpp"
#include "server/auth/password.hpp"
#include "server/base/precis.hpp"

#include <fmt/format.h>

#include <utility>

namespace pillarbox::admin {

std::string check_password(std::string password)
{
    if (password.empty()) throw Failed("the password is empty");
    if (password.size() > auth::longest_password)
        throw Failed(fmt::format("the password is longer than {} octets", auth::longest_password));
    if (password.find('\0') != std::string::npos) throw Failed("the password holds a NUL");
    return password;
}

std::string prepare_password(const std::string& password)
{
    auto prepared = precis::password(check_password(password));
    if (!prepared)
        throw Failed("the password is not UTF-8, or has control characters or some that no alphabet knows "
                     "(RFC 8265); choose another one");
    return check_password(*std::move(prepared));
}

} // namespace pillarbox::admin

#include "server/admin/login_name.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

namespace pillarbox::admin {

std::string login_name()
{
    const passwd* const user = ::getpwuid(::getuid());
    return user ? std::string(user->pw_name) : fmt::format("user{}", ::getuid());
}

} // namespace pillarbox::admin

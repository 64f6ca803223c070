#pragma once

#include <string>

namespace pillarbox::admin {

/// Whom the system knows this process as; "user1000" where it has no name for that.
std::string login_name();

} // namespace pillarbox::admin

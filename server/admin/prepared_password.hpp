#pragma once

#include <string>

namespace pillarbox::admin {

/// The password as it came. Throws Failed when it is empty, too long or holds a NUL.
std::string check_password(std::string password);

/// A password as it is kept, RFC 8265 §4.2. Throws Failed when it is empty, too
/// long, or has characters that no password can have.
std::string prepare_password(const std::string& password);

} // namespace pillarbox::admin

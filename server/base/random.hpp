#pragma once

#include <cstddef>
#include <string>

namespace pillarbox {

/// Octets that nobody can guess, from the kernel.
std::string random_octets(std::size_t count);

/// A name of `length` lower-case letters and digits, without those that are
/// taken for one another (5 bits each): sessions, generated passwords.
std::string random_name(std::size_t length);

} // namespace pillarbox

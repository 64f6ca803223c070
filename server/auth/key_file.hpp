#pragma once

#include <filesystem>
#include <string>

namespace pillarbox::auth {

/// The server's key, 32 random octets in `data_dir/secret.key`. Made when there
/// is none: mode 0600, never over an existing file, and on stable storage with
/// its directory before this returns. Without it sealed app passwords cannot
/// be read, so a backup holds it too. Two processes may ask at once. Throws
/// std::runtime_error with a sentence for people.
std::string load_or_make_key(const std::filesystem::path& data_dir);

} // namespace pillarbox::auth

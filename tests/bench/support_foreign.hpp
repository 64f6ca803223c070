#pragma once

#include <pwd.h>

#include <cstdint>
#include <filesystem>
#include <string>

/// What servers of others need, which want to be started by root and to work
/// as another user.
namespace pillarbox::bench {

/// The user nobody: neither to deliver nor to read mail they want to be root.
const passwd& nobody();

/// nobody's user and group, with `separator` between.
std::string ids_of_nobody(const char* separator);

/// Changes the owner of a file or folder. This wants root.
void give_to(const std::filesystem::path& path, const passwd& user);

/// A whole file. Throws std::runtime_error when it cannot be written.
void write_file(const std::filesystem::path& file, const std::string& text);

/// A port of loopback that nobody uses now.
std::uint16_t free_port();

} // namespace pillarbox::bench

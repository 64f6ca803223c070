#pragma once

#include "storage/sqlite/files.hpp"

#include <chrono>
#include <filesystem>

namespace pillarbox::storage::sqlite {

/// The lock in that file, held as long as the descriptor lives; empty when
/// another process has it until `patience` ends. Throws std::runtime_error when
/// the file cannot be opened.
Descriptor take_lock(Files& files, const std::filesystem::path& path, std::chrono::milliseconds patience);

} // namespace pillarbox::storage::sqlite

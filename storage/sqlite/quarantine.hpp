#pragma once

#include "storage/sqlite/files.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// The folder where a repair puts octets that have no place in the store any
/// more. What is in it is never written over. Throws std::runtime_error.
class QuarantineFolder
{
public:
    /// Makes it, if it is not there.
    QuarantineFolder(Files& files, const std::filesystem::path& directory);

    /// Writes a file of that name; returns its path. On the disk after sync().
    std::filesystem::path save(const std::string& name, std::string_view octets);

    /// The same with [offset, offset + octets) of another file, or with what of
    /// it can be read.
    std::filesystem::path save(const std::string& name, const std::filesystem::path& from,
                               std::uint64_t offset, std::uint64_t octets);

    /// Moves a file there.
    std::filesystem::path take(const std::filesystem::path& file);

    void sync();

private:
    std::filesystem::path free_path(const std::string& name) const;

    Files& files_;
    std::filesystem::path directory_;
};

} // namespace pillarbox::storage::sqlite

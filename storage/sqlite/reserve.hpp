#pragma once

#include "storage/sqlite/files.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>

namespace pillarbox::storage::sqlite {

/// A file that does nothing but take space, given up when the disk is full:
/// removing mail needs room in the log, and would be refused just when it is
/// needed most. Any thread.
class Reserve
{
public:
    static constexpr std::uint64_t octets = 16ull * 1024 * 1024;

    Reserve(Files& files, std::filesystem::path file) : files_(files), file_(std::move(file)) {}

    /// Before the database is opened: gives up the file of an earlier run when
    /// the disk has too little left to open it with.
    void make_room();

    /// Gives its space to the rest.
    void release();

    /// Takes the space again unless it has it, from an earlier run perhaps,
    /// when `free` octets leave enough for others. Failing is no error: the next call tries again.
    void restore(std::uint64_t free);

    bool held() const;

private:
    Files& files_;
    std::filesystem::path file_;
    mutable std::mutex mutex_;
    bool held_ = false;
};

} // namespace pillarbox::storage::sqlite

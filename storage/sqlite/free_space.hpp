#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>

namespace pillarbox::storage::sqlite {

/// Octets that are free to us on a directory's file system. Any thread.
class FreeSpace
{
public:
    explicit FreeSpace(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// As it is; 0 when the file system does not say.
    std::uint64_t now();

    /// As it was lately: for those who ask for every message.
    std::uint64_t lately();

private:
    using Clock = std::chrono::steady_clock;

    const std::filesystem::path directory_;
    std::atomic<std::uint64_t> octets_ = 0;
    std::atomic<Clock::rep> asked_ = Clock::time_point::min().time_since_epoch().count();
};

} // namespace pillarbox::storage::sqlite

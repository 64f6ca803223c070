#pragma once

#include "server/net/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace pillarbox::transcript {

/// What is kept of a directory of transcripts, and how much.
struct Limits
{
    std::chrono::seconds keep; // after the last record of a file was written
    std::uint64_t size;        // octets of all files
    std::uint64_t reserve;     // octets of the disk to leave free
};

/// The files of a directory, in order of their numbers: `00000001.txt`. Records
/// go behind the last one; the first ones go once they are too old or all too
/// large. Only their owner can read them. Nothing is synced: they are for
/// people who look into what happened, and never hold up anything else. Used
/// by one thread.
class Files
{
public:
    using Clock = std::chrono::system_clock;

    /// Makes the directory if there is none. Throws std::runtime_error.
    Files(std::filesystem::path directory, Limits limits);

    /// Errors: those of the system; no_space_on_device also when the disk's
    /// reserve would be touched. What was written in part is passed over later.
    std::error_code append(std::string_view records, Clock::time_point now);

    /// Removes what is too old, and the oldest while all are too large.
    void sweep(Clock::time_point now);

private:
    struct File
    {
        std::uint64_t number = 0;
        std::uint64_t size = 0;
        Clock::time_point begun;
        Clock::time_point written; // last
    };

    std::error_code append_part(std::string_view records, Clock::time_point now);
    std::error_code open_for(std::size_t octets, Clock::time_point now);
    std::error_code begin_file(Clock::time_point now);
    void remove_first();

    const std::filesystem::path directory_;
    const Limits limits_;
    std::deque<File> files_;
    net::Descriptor last_; // of files_.back(), once something was appended
};

/// The files' paths, the newest first.
std::vector<std::filesystem::path> newest_first(const std::filesystem::path& directory);

} // namespace pillarbox::transcript

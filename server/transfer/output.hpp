#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace pillarbox::transfer {

/// A file that is written from front to back, for its owner alone to read. What
/// fails throws Failed.
class Output
{
public:
    /// A new file, or what there was is gone from `octets` on.
    Output(const std::filesystem::path& path, std::uint64_t octets);

    static Output standard_output();

    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output();

    void write(std::string_view octets);

    /// How much was written, with what was there before.
    std::uint64_t octets() const { return octets_; }

    /// Takes back what is behind there. Throws on standard output: what was
    /// written to a stream has been read.
    void take_back(std::uint64_t octets);

    /// All that was written is on the disk.
    void sync();

    /// What was written is all.
    void flush();

    /// Gives the file that time, as when it was changed last.
    void set_time(std::chrono::sys_seconds time);

private:
    Output(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
    [[noreturn]] void fail() const;

    int descriptor_;
    std::string name_;
    std::string buffer_;
    std::uint64_t octets_ = 0;
};

/// What was made, renamed or removed in a directory is on the disk. Throws Failed.
void sync_directory(const std::filesystem::path& directory);

/// Renames where nothing is in the way. Throws Failed.
void rename_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a directory, for its owner alone, if there is none. Throws Failed.
void ensure_directory(const std::filesystem::path& directory);

} // namespace pillarbox::transfer

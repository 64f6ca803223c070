#pragma once

#include "storage/body.hpp"
#include "storage/sqlite/files.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace pillarbox::storage::sqlite {

/// A message on its way in: in memory up to `spool_memory` octets, then in a
/// file of its own in the spool directory. Used on one thread at a time.
class FileSpool final : public Spool
{
public:
    /// `directory` is where it goes when it grows. Both outlive it.
    FileSpool(Files& files, const std::filesystem::path& directory) : files_(files), directory_(directory) {}
    FileSpool(const FileSpool&) = delete;
    FileSpool& operator=(const FileSpool&) = delete;
    ~FileSpool() override;

    Result<void> append(std::string_view octets) override;
    std::uint64_t size() const override { return size_; }
    Result<std::string> read(std::uint64_t offset, std::size_t length) const override;

    /// CRC-32C of all octets.
    std::uint32_t checksum() const { return checksum_; }

    /// The octets while they are in memory; in_file() says when they are not.
    std::string_view memory() const { return memory_; }
    bool in_file() const { return static_cast<bool>(descriptor_); }
    int file() const { return descriptor_.number(); }
    const std::filesystem::path& path() const { return path_; }

    /// Its file was renamed and is the spool's no longer.
    void handed_over() { owned_ = false; }

private:
    error_code write(std::string_view octets);

    Files& files_;
    const std::filesystem::path& directory_;
    std::filesystem::path path_; // once it is in a file
    std::string memory_;
    Descriptor descriptor_;
    bool owned_ = false;
    error_code failed_; // once it could not be written, it stays so
    std::uint64_t size_ = 0;
    std::uint64_t sync_begun_ = 0; // up to here
    std::uint32_t checksum_ = 0;
};

/// Bodies above this many octets are in a file from the beginning to the end.
inline constexpr std::size_t spool_memory = 256ul * 1024;

} // namespace pillarbox::storage::sqlite

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Writes files into a zip archive as they come, however long they are (PKWARE's
/// APPNOTE.TXT 6.3: deflate with a data descriptor, so that readers of streams
/// find each end too; Zip64 where an archive is larger than 4 GiB or has more
/// than 65,534 files). Nothing is made smaller: that would take the time of a
/// thread that others wait for. Keeps about 100 octets and its name of each file.
class ZipWriter
{
public:
    /// Begins a file. `name` is UTF-8, its folders parted by '/'.
    void begin(std::string_view name, std::chrono::sys_seconds modified, std::string& out);

    /// Octets of the file, cut anywhere.
    void append(std::string_view octets, std::string& out);

    /// Ends the file, of less than 4 GiB. Then another may come.
    void finish(std::string& out);

    /// Ends the archive.
    void end(std::string& out);

private:
    void write(std::string_view octets, std::string& out);

    std::string directory_; // what the archive ends with
    std::string name_;      // of the file, as the next
    std::uint32_t moment_ = 0;
    std::uint64_t start_ = 0;
    std::uint32_t checksum_ = 0;
    std::uint64_t size_ = 0;
    std::uint64_t data_ = 0; // octets that it takes in the archive

    std::uint64_t written_ = 0; // octets of the archive
    std::uint64_t files_ = 0;
};

} // namespace pillarbox::transfer

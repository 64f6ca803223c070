#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include <sys/uio.h>

namespace pillarbox::storage::sqlite {

using boost::system::error_code;

/// Files are read and copied in pieces of so many octets.
inline constexpr std::size_t piece_octets = 256ul * 1024;

/// A file descriptor that closes itself.
class Descriptor
{
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();

    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_ = -1;
};

/// What the store asks of the file system to keep bodies. Every call that can
/// lose mail when it fails goes through here, so that tests can make the n-th
/// of them fail. Errors are those of the system.
class Files
{
public:
    virtual ~Files() = default;

    /// Opens without following a symbolic link. A file that is made gets mode
    /// 0600, whatever the umask.
    virtual boost::system::result<Descriptor> open(const std::filesystem::path& path, int flags);

    /// Writes all of the parts from `offset` on. Changes the parts.
    virtual error_code write(int file, std::span<iovec> parts, std::uint64_t offset);

    /// Begins to write [offset, offset + octets) to the disk and does not wait:
    /// a sync that comes later has less to do.
    virtual void begin_sync(int file, std::uint64_t offset, std::uint64_t octets);

    virtual error_code sync(int file); // fdatasync
    virtual error_code sync_directory(const std::filesystem::path& directory);
    virtual error_code rename(const std::filesystem::path& from, const std::filesystem::path& to);
    /// Gives the file a second name, which must be free.
    virtual error_code link(const std::filesystem::path& file, const std::filesystem::path& name);
    /// A file that is not there is no error.
    virtual error_code remove(const std::filesystem::path& path);
    virtual error_code truncate(int file, std::uint64_t octets);
    /// Takes the space for so many octets from the file system.
    virtual error_code allocate(int file, std::uint64_t octets);
    /// Gives the space of [offset, offset + octets) back; it reads as zeros.
    virtual error_code punch(int file, std::uint64_t offset, std::uint64_t octets);

    /// punch(), or writes zeros where the file system knows no holes: nobody
    /// finds there again what was removed.
    error_code clear(int file, std::uint64_t offset, std::uint64_t octets);
};

/// Reads up to `room.size()` octets at `offset`; fewer at the end of the file.
boost::system::result<std::size_t> read_at(int file, std::span<char> room, std::uint64_t offset);

/// Octets of the file.
boost::system::result<std::uint64_t> size_of(int file);

/// Makes a directory of mode 0700, whatever the umask, unless it exists.
/// Throws std::runtime_error when it cannot, or when a link is in its place.
void ensure_directory(const std::filesystem::path& directory);

/// For calls that may fail without harm; a comment beside each says why.
inline void ignore(const error_code&) {}

/// What a person can do when a file of the data directory cannot be opened or
/// made: the end of a sentence.
const char* what_to_do(const error_code& error);

/// Whether the error says that there is no room: ENOSPC or EDQUOT.
bool no_space(const error_code& error);

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/files.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

error_code last_error()
{
    return {errno, boost::system::system_category()};
}

/// Calls again while a signal interrupts.
template <class Call>
auto uninterrupted(Call call)
{
    auto answer = call();
    while (answer < 0 && errno == EINTR)
        answer = call();
    return answer;
}

} // namespace

Descriptor::~Descriptor()
{
    if (number_ >= 0) ::close(number_);
}

boost::system::result<Descriptor> Files::open(const std::filesystem::path& path, int flags)
{
    const int number = uninterrupted(
        [&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR); });
    if (number < 0) return last_error();
    Descriptor file(number);
    if ((flags & O_CREAT) && ::fchmod(number, S_IRUSR | S_IWUSR) != 0) return last_error();
    return file;
}

error_code Files::write(int file, std::span<iovec> parts, std::uint64_t offset)
{
    constexpr std::size_t most = 1024; // IOV_MAX
    while (!parts.empty()) {
        const int count = static_cast<int>(std::min(parts.size(), most));
        const auto written =
            uninterrupted([&] { return ::pwritev(file, parts.data(), count, static_cast<off_t>(offset)); });
        if (written < 0) return last_error();
        auto left = static_cast<std::size_t>(written);
        offset += left;
        while (!parts.empty() && left >= parts.front().iov_len) {
            left -= parts.front().iov_len;
            parts = parts.subspan(1);
        }
        if (left > 0) {
            parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + left;
            parts.front().iov_len -= left;
        }
    }
    return {};
}

void Files::begin_sync(int file, std::uint64_t offset, std::uint64_t octets)
{
    // Only a head start: what fails here, sync() reports.
    static_cast<void>(::sync_file_range(file, static_cast<off_t>(offset), static_cast<off_t>(octets),
                                        SYNC_FILE_RANGE_WRITE));
}

error_code Files::sync(int file)
{
    // Not again after an error: the kernel may have dropped the pages, and
    // the second call would succeed without them.
    return ::fdatasync(file) == 0 ? error_code{} : last_error();
}

error_code Files::sync_directory(const std::filesystem::path& directory)
{
    const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return last_error();
    return ::fsync(file.number()) == 0 ? error_code{} : last_error();
}

error_code Files::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    return ::rename(from.c_str(), to.c_str()) == 0 ? error_code{} : last_error();
}

error_code Files::link(const std::filesystem::path& file, const std::filesystem::path& name)
{
    return ::link(file.c_str(), name.c_str()) == 0 ? error_code{} : last_error();
}

error_code Files::remove(const std::filesystem::path& path)
{
    return ::unlink(path.c_str()) == 0 || errno == ENOENT ? error_code{} : last_error();
}

error_code Files::truncate(int file, std::uint64_t octets)
{
    const int done = uninterrupted([&] { return ::ftruncate(file, static_cast<off_t>(octets)); });
    return done == 0 ? error_code{} : last_error();
}

error_code Files::allocate(int file, std::uint64_t octets)
{
    const int error = ::posix_fallocate(file, 0, static_cast<off_t>(octets));
    return {error, boost::system::system_category()};
}

error_code Files::punch(int file, std::uint64_t offset, std::uint64_t octets)
{
    const int done = uninterrupted([&] {
        return ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                           static_cast<off_t>(octets));
    });
    return done == 0 ? error_code{} : last_error();
}

error_code Files::clear(int file, std::uint64_t offset, std::uint64_t octets)
{
    constexpr std::uint64_t at_once = 256ul * 1024;
    const auto error = punch(file, offset, octets);
    if (error != boost::system::errc::operation_not_supported) return error;
    std::string zeros(static_cast<std::size_t>(std::min(octets, at_once)), '\0');
    while (octets > 0) {
        iovec part{zeros.data(), static_cast<std::size_t>(std::min<std::uint64_t>(octets, zeros.size()))};
        const std::uint64_t written = part.iov_len;
        if (const auto failed = write(file, {&part, 1}, offset)) return failed;
        offset += written;
        octets -= written;
    }
    return {};
}

boost::system::result<std::size_t> read_at(int file, std::span<char> room, std::uint64_t offset)
{
    std::size_t done = 0;
    while (done < room.size()) {
        const auto octets = uninterrupted([&] {
            return ::pread(file, room.data() + done, room.size() - done, static_cast<off_t>(offset + done));
        });
        if (octets < 0) return last_error();
        if (octets == 0) break;
        done += static_cast<std::size_t>(octets);
    }
    return done;
}

boost::system::result<std::uint64_t> size_of(int file)
{
    struct stat about{};
    if (::fstat(file, &about) != 0) return last_error();
    return static_cast<std::uint64_t>(about.st_size);
}

void ensure_directory(const std::filesystem::path& directory)
{
    if (::mkdir(directory.c_str(), S_IRWXU) == 0) {
        if (::chmod(directory.c_str(), S_IRWXU) == 0) return;
    } else if (errno == EEXIST) {
        struct stat about{};
        if (::lstat(directory.c_str(), &about) == 0 && S_ISDIR(about.st_mode)) return;
        throw std::runtime_error("'" + directory.string() +
                                 "' is no directory; move it away and start again");
    }
    throw std::runtime_error("cannot make the directory '" + directory.string() +
                             "': " + last_error().message() + "; " + what_to_do(last_error()));
}

const char* what_to_do(const error_code& error)
{
    if (error == boost::system::errc::read_only_file_system)
        return "its disk is read-only: check the disk, and mount it for writing";
    if (no_space(error)) return "make room on its disk";
    return "the data directory must belong to the user that runs this";
}

bool no_space(const error_code& error)
{
    return error == boost::system::errc::no_space_on_device || error.value() == EDQUOT;
}

} // namespace pillarbox::storage::sqlite

#include "server/transfer/output.hpp"

#include "server/transfer/failed.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::transfer {

namespace {

constexpr std::size_t buffer_octets = std::size_t{256} * 1024;

Failed failure(const std::string& name)
{
    return Failed(fmt::format("{}: {}", name, std::strerror(errno)));
}

} // namespace

Output::Output(const std::filesystem::path& path, std::uint64_t octets)
    : Output(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), path.string())
{
    if (descriptor_ < 0) fail();
    take_back(octets);
}

Output Output::standard_output()
{
    return {STDOUT_FILENO, "standard output"};
}

Output::~Output()
{
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

void Output::fail() const
{
    throw failure(name_);
}

void Output::write(std::string_view octets)
{
    octets_ += octets.size();
    buffer_ += octets;
    if (buffer_.size() >= buffer_octets) flush();
}

void Output::flush()
{
    for (std::string_view left = buffer_; !left.empty();) {
        const auto written = ::write(descriptor_, left.data(), left.size());
        if (written < 0 && errno != EINTR) fail();
        if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

void Output::take_back(std::uint64_t octets)
{
    if (descriptor_ == STDOUT_FILENO)
        throw Failed(name_ + ": a damaged message is in it now; export to a file, which leaves it out");
    flush();
    if (::ftruncate(descriptor_, static_cast<off_t>(octets)) != 0 ||
        ::lseek(descriptor_, static_cast<off_t>(octets), SEEK_SET) < 0)
        fail();
    octets_ = octets;
}

void Output::sync()
{
    flush();
    if (::fsync(descriptor_) != 0) fail();
}

void Output::set_time(std::chrono::sys_seconds time)
{
    const timespec moment{.tv_sec = static_cast<time_t>(time.time_since_epoch().count()), .tv_nsec = 0};
    const timespec times[] = {moment, moment};
    if (::futimens(descriptor_, times) != 0) fail();
}

void sync_directory(const std::filesystem::path& directory)
{
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
    const int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    errno = error;
    if (!synced) throw failure(directory.string());
}

void rename_new(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    // Not every file system can do both at once.
    std::error_code error;
    const bool cannot = errno == EINVAL || errno == ENOSYS;
    if (cannot && std::filesystem::exists(to, error))
        errno = EEXIST;
    else if (cannot && ::rename(from.c_str(), to.c_str()) == 0)
        return;
    throw failure(to.string());
}

void ensure_directory(const std::filesystem::path& directory)
{
    struct stat status{};
    if (::mkdir(directory.c_str(), 0700) == 0) return;
    if (errno == EEXIST && ::stat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return;
    throw failure(directory.string());
}

} // namespace pillarbox::transfer

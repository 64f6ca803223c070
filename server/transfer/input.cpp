#include "server/transfer/input.hpp"

#include "server/transfer/failed.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::transfer {

namespace {

constexpr std::size_t piece_octets = std::size_t{256} * 1024;

} // namespace

Input::Input(int descriptor, std::string name)
    : descriptor_(descriptor), name_(std::move(name)), piece_(std::make_unique<char[]>(piece_octets))
{}

Input::Input(Input&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      piece_(std::move(other.piece_)),
      offset_(other.offset_),
      size_(other.size_),
      changed_(other.changed_)
{}

Input& Input::operator=(Input&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    std::swap(name_, other.name_);
    std::swap(piece_, other.piece_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
    std::swap(changed_, other.changed_);
    return *this;
}

Input::~Input()
{
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::optional<Input> Input::open(const std::filesystem::path& path, bool link)
{
    // Not waiting for whoever has the other end of a pipe: it is refused below.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | (link ? 0 : O_NOFOLLOW));
    if (descriptor < 0 && errno == ENOENT) return std::nullopt;
    if (descriptor < 0) throw Failed(fmt::format("{}: {}", path.string(), std::strerror(errno)));
    Input input(descriptor, path.string());
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
        throw Failed(fmt::format("{}: is no file", path.string()));
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    input.size_ = static_cast<std::uint64_t>(status.st_size);
    input.changed_ = std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec));
    return input;
}

Input Input::standard_input()
{
    return {STDIN_FILENO, "standard input"};
}

std::string_view Input::read()
{
    while (true) {
        const auto octets = ::read(descriptor_, piece_.get(), piece_octets);
        if (octets >= 0) {
            offset_ += static_cast<std::uint64_t>(octets);
            return {piece_.get(), static_cast<std::size_t>(octets)};
        }
        if (errno != EINTR)
            throw Failed(fmt::format("{}: at octet {}: {}", name_, offset_, std::strerror(errno)));
    }
}

} // namespace pillarbox::transfer

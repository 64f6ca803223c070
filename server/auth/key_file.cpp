#include "server/auth/key_file.hpp"

#include "server/base/random.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace pillarbox::auth {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_size = 32;

/// A file descriptor that closes itself.
class Descriptor
{
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

private:
    int number_;
};

/// Removes the name when it goes, however that comes about.
class Removal
{
public:
    explicit Removal(const fs::path& path) : path_(path) {}
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;
    ~Removal() { ::unlink(path_.c_str()); }

private:
    const fs::path& path_;
};

[[noreturn]] void fail(const fs::path& path, const char* what)
{
    throw std::runtime_error(path.string() + ": " + what + ": " + std::generic_category().message(errno));
}

/// The key; nothing when there is no such file.
std::optional<std::string> read_key(const fs::path& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) fail(path, "the server's key cannot be opened");
    struct stat status = {};
    if (::fstat(file.number(), &status) != 0) fail(path, "the server's key cannot be read");
    if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        throw std::runtime_error(path.string() +
                                 ": the server's key must be a file that only its owner may read: chmod 600");
    std::string key(key_size + 1, '\0');
    const ssize_t size = ::read(file.number(), key.data(), key.size());
    if (size < 0) fail(path, "the server's key cannot be read");
    if (static_cast<std::size_t>(size) != key_size)
        throw std::runtime_error(path.string() +
                                 ": the server's key must have 32 octets; restore it from a backup, or "
                                 "remove it and make the app passwords for APOP anew");
    key.resize(key_size);
    return key;
}

void write_whole(const Descriptor& file, const fs::path& path, const std::string& octets)
{
    const ssize_t written = ::write(file.number(), octets.data(), octets.size());
    if (written < 0 || static_cast<std::size_t>(written) != octets.size())
        fail(path, "the server's key cannot be written");
    if (::fsync(file.number()) != 0) fail(path, "the server's key cannot be put on stable storage");
}

void sync_directory(const fs::path& directory)
{
    const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.number()) != 0)
        fail(directory, "the directory cannot be put on stable storage");
}

/// Writes a new key beside its place and links it there, so that nobody ever
/// sees half a key, and a key that another process made meanwhile stays.
void make_key(const fs::path& path, const fs::path& data_dir)
{
    const fs::path beside = path.string() + '.' + random_name(12);
    const Removal removal(beside);
    {
        const Descriptor file(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file) fail(path, "the server's key cannot be made");
        write_whole(file, beside, random_octets(key_size));
    }
    if (::link(beside.c_str(), path.c_str()) != 0 && errno != EEXIST)
        fail(path, "the server's key cannot be made");
    sync_directory(data_dir);
}

} // namespace

std::string load_or_make_key(const fs::path& data_dir)
{
    const fs::path path = data_dir / "secret.key";
    if (auto key = read_key(path)) return *std::move(key);
    make_key(path, data_dir);
    if (auto key = read_key(path)) return *std::move(key);
    throw std::runtime_error(path.string() + ": the server's key vanished while it was made; try again");
}

} // namespace pillarbox::auth

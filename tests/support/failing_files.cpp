#include "tests/support/failing_files.hpp"

#include "tests/support/sqlite_layer.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace pillarbox::storage {
namespace {

using sqlite::error_code;

error_code error_of(int value)
{
    return {value, boost::system::system_category()};
}

std::string path_of(int file)
{
    std::array<char, 4096> path{};
    const auto link = "/proc/self/fd/" + std::to_string(file);
    const auto length = ::readlink(link.c_str(), path.data(), path.size());
    return length < 0 ? std::string() : std::string(path.data(), static_cast<std::size_t>(length));
}

} // namespace

void Faults::arm(std::size_t n, int error, bool for_good)
{
    const std::lock_guard lock(mutex_);
    left_ = n;
    calls_ = 0;
    error_ = error;
    for_good_ = for_good;
    failing_ = false;
    failed_ = false;
}

bool Faults::disarm()
{
    const std::lock_guard lock(mutex_);
    left_ = 0;
    failing_ = false;
    return failed_;
}

std::size_t Faults::calls() const
{
    const std::lock_guard lock(mutex_);
    return calls_;
}

int Faults::next()
{
    const std::lock_guard lock(mutex_);
    ++calls_;
    if (left_ > 0 && --left_ == 0) {
        failing_ = for_good_;
        failed_ = true;
        return error_;
    }
    return failing_ ? error_ : 0;
}

void Faults::wrote(const std::string& path)
{
    const std::lock_guard lock(mutex_);
    unsynced_.insert(path);
}

void Faults::synced(const std::string& path)
{
    const std::lock_guard lock(mutex_);
    unsynced_.erase(path);
}

std::set<std::string> Faults::unsynced() const
{
    const std::lock_guard lock(mutex_);
    return unsynced_;
}

boost::system::result<sqlite::Descriptor> FailingFiles::open(const std::filesystem::path& path, int flags)
{
    const bool makes = (flags & O_CREAT) != 0;
    if (makes) {
        if (const int error = faults_->next()) return error_of(error);
    }
    auto file = Files::open(path, flags);
    // Spools, the lock and the reserve may be lost.
    if (makes && file && path.parent_path().filename() == "segments") faults_->wrote(path.parent_path());
    return file;
}

error_code FailingFiles::write(int file, std::span<iovec> parts, std::uint64_t offset)
{
    faults_->wrote(path_of(file));
    if (const int error = faults_->next()) {
        // A part of it gets through, as on a disk that fills up.
        if (!parts.empty()) static_cast<void>(Files::write(file, parts.first(1), offset));
        return error_of(error);
    }
    return Files::write(file, parts, offset);
}

error_code FailingFiles::sync(int file)
{
    if (const int error = faults_->next()) return error_of(error);
    const auto error = Files::sync(file);
    if (!error) faults_->synced(path_of(file));
    return error;
}

error_code FailingFiles::sync_directory(const std::filesystem::path& directory)
{
    if (const int error = faults_->next()) return error_of(error);
    const auto error = Files::sync_directory(directory);
    if (!error) faults_->synced(directory);
    return error;
}

error_code FailingFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    if (const int error = faults_->next()) return error_of(error);
    const auto error = Files::rename(from, to);
    if (error) return error;
    if (faults_->unsynced().contains(from)) faults_->wrote(to);
    faults_->synced(from);
    faults_->wrote(to.parent_path());
    return error;
}

error_code FailingFiles::link(const std::filesystem::path& file, const std::filesystem::path& name)
{
    if (const int error = faults_->next()) return error_of(error);
    const auto error = Files::link(file, name);
    if (!error) faults_->wrote(name.parent_path());
    return error;
}

error_code FailingFiles::remove(const std::filesystem::path& path)
{
    if (const int error = faults_->next()) return error_of(error);
    faults_->synced(path);
    return Files::remove(path);
}

error_code FailingFiles::truncate(int file, std::uint64_t octets)
{
    if (const int error = faults_->next()) return error_of(error);
    return Files::truncate(file, octets);
}

error_code FailingFiles::allocate(int file, std::uint64_t octets)
{
    if (const int error = faults_->next()) return error_of(error);
    return Files::allocate(file, octets);
}

error_code FailingFiles::punch(int file, std::uint64_t offset, std::uint64_t octets)
{
    if (const int error = faults_->next()) return error_of(error);
    return Files::punch(file, offset, octets);
}

namespace {

int code_of(int error, int otherwise)
{
    return error == ENOSPC ? SQLITE_FULL : otherwise;
}

class FailingHooks final : public SqliteHooks
{
public:
    explicit FailingHooks(std::shared_ptr<Faults> faults) : faults_(std::move(faults)) {}

    int open(const std::string&, bool makes, const Call& call) override
    {
        if (!makes) return call();
        if (const int error = faults_->next()) return code_of(error, SQLITE_CANTOPEN);
        return call();
    }

    int write(const std::string& path, std::string_view, std::uint64_t, const Call& call) override
    {
        faults_->wrote(path);
        if (const int error = faults_->next()) return code_of(error, SQLITE_IOERR_WRITE);
        return call();
    }

    int truncate(const std::string&, std::uint64_t, const Call& call) override
    {
        if (const int error = faults_->next()) return code_of(error, SQLITE_IOERR_TRUNCATE);
        return call();
    }

    int sync(const std::string& path, const Call& call) override
    {
        if (const int error = faults_->next()) return code_of(error, SQLITE_IOERR_FSYNC);
        const int code = call();
        if (code == SQLITE_OK) faults_->synced(path);
        return code;
    }

    int remove(const std::string& path, const Call& call) override
    {
        if (const int error = faults_->next()) return code_of(error, SQLITE_IOERR_DELETE);
        faults_->synced(path);
        return call();
    }

private:
    std::shared_ptr<Faults> faults_;
};

} // namespace

const char* register_failing_vfs(std::shared_ptr<Faults> faults)
{
    return register_layer("failing", std::make_shared<FailingHooks>(std::move(faults)));
}

} // namespace pillarbox::storage

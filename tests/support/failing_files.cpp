#include "tests/support/failing_files.hpp"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <new>

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

int Faults::next()
{
    const std::lock_guard lock(mutex_);
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

// SQLite's file layer is a table of C functions; what is not about failing is
// handed on.

std::shared_ptr<Faults> vfs_faults;

struct FailingFile
{
    sqlite3_file base;
    sqlite3_file* real; // in the memory behind this one
    std::string* path;
};

sqlite3_file* real(sqlite3_file* file)
{
    return reinterpret_cast<FailingFile*>(file)->real;
}

const std::string& path(sqlite3_file* file)
{
    return *reinterpret_cast<FailingFile*>(file)->path;
}

int code_of(int error, int otherwise)
{
    return error == ENOSPC ? SQLITE_FULL : otherwise;
}

int close(sqlite3_file* file)
{
    const int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
    delete reinterpret_cast<FailingFile*>(file)->path;
    return code;
}

int write(sqlite3_file* file, const void* octets, int amount, sqlite3_int64 offset)
{
    vfs_faults->wrote(path(file));
    if (const int error = vfs_faults->next()) return code_of(error, SQLITE_IOERR_WRITE);
    return real(file)->pMethods->xWrite(real(file), octets, amount, offset);
}

int truncate(sqlite3_file* file, sqlite3_int64 size)
{
    if (const int error = vfs_faults->next()) return code_of(error, SQLITE_IOERR_TRUNCATE);
    return real(file)->pMethods->xTruncate(real(file), size);
}

int sync(sqlite3_file* file, int flags)
{
    if (const int error = vfs_faults->next()) return code_of(error, SQLITE_IOERR_FSYNC);
    const int code = real(file)->pMethods->xSync(real(file), flags);
    if (code == SQLITE_OK) vfs_faults->synced(path(file));
    return code;
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = [](sqlite3_file* f, void* p, int n,
                sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), p, n, o); },
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
    .xLock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xLock(real(f), n); },
    .xUnlock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xUnlock(real(f), n); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* n) { return real(f)->pMethods->xCheckReservedLock(real(f), n); },
    .xFileControl = [](sqlite3_file* f, int n,
                       void* p) { return real(f)->pMethods->xFileControl(real(f), n, p); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int a, int b, int c,
                  void volatile** p) { return real(f)->pMethods->xShmMap(real(f), a, b, c, p); },
    .xShmLock = [](sqlite3_file* f, int a, int b,
                   int c) { return real(f)->pMethods->xShmLock(real(f), a, b, c); },
    .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int n) { return real(f)->pMethods->xShmUnmap(real(f), n); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

sqlite3_vfs* beneath()
{
    static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    return vfs;
}

int open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* given)
{
    auto* failing = reinterpret_cast<FailingFile*>(file);
    failing->real = reinterpret_cast<sqlite3_file*>(failing + 1);
    failing->path = new (std::nothrow) std::string(name ? name : "");
    if (!failing->path) return SQLITE_NOMEM;
    const int code = beneath()->xOpen(beneath(), name, failing->real, flags, given);
    if (code == SQLITE_OK)
        failing->base.pMethods = &methods;
    else {
        failing->base.pMethods = nullptr;
        delete failing->path;
    }
    return code;
}

} // namespace

const char* register_failing_vfs(std::shared_ptr<Faults> faults)
{
    static sqlite3_vfs vfs = [] {
        sqlite3_vfs copy = *beneath();
        copy.pNext = nullptr;
        copy.zName = "failing";
        copy.szOsFile = static_cast<int>(sizeof(FailingFile)) + beneath()->szOsFile;
        copy.xOpen = open;
        return copy;
    }();
    vfs_faults = std::move(faults);
    sqlite3_vfs_register(&vfs, 0);
    return vfs.zName;
}

} // namespace pillarbox::storage

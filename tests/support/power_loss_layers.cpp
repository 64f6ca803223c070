#include "tests/support/power_loss.hpp"
#include "tests/support/sqlite_layer.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <numeric>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace pillarbox::storage {
namespace {

using sqlite::error_code;

error_code no_power()
{
    return {EIO, boost::system::system_category()};
}

/// The call's own error, or that the power has gone.
error_code answer(bool done, error_code error)
{
    return done || error ? error : no_power();
}

} // namespace

boost::system::result<sqlite::Descriptor> PowerLossFiles::open(const std::filesystem::path& path, int flags)
{
    const bool makes = (flags & O_CREAT) != 0 && ::access(path.c_str(), F_OK) != 0;
    if (!makes) {
        if (disk_->gone()) return no_power();
        return Files::open(path, flags);
    }
    boost::system::result<sqlite::Descriptor> file = no_power();
    static_cast<void>(disk_->make(path, [&] {
        file = Files::open(path, flags);
        return file.has_value();
    }));
    return file;
}

error_code PowerLossFiles::write(int file, std::span<iovec> parts, std::uint64_t offset)
{
    const auto octets =
        std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                        [](std::uint64_t sum, const iovec& part) { return sum + part.iov_len; });
    error_code error;
    const bool done = disk_->change(file, offset, octets, [&] {
        error = Files::write(file, parts, offset);
        return !error;
    });
    return answer(done, error);
}

void PowerLossFiles::begin_sync(int, std::uint64_t, std::uint64_t) {} // promises nothing

error_code PowerLossFiles::sync(int file)
{
    return answer(disk_->sync(file), {});
}

error_code PowerLossFiles::sync_directory(const std::filesystem::path& directory)
{
    return answer(disk_->sync_directory(directory), {});
}

error_code PowerLossFiles::rename(const std::filesystem::path& from, const std::filesystem::path& to)
{
    error_code error;
    const bool done = disk_->rename(from, to, [&] {
        error = Files::rename(from, to);
        return !error;
    });
    return answer(done, error);
}

error_code PowerLossFiles::link(const std::filesystem::path& file, const std::filesystem::path& name)
{
    error_code error;
    const bool done = disk_->link(name, [&] {
        error = Files::link(file, name);
        return !error;
    });
    return answer(done, error);
}

error_code PowerLossFiles::remove(const std::filesystem::path& path)
{
    error_code error;
    const bool done = disk_->remove(path, [&] {
        error = Files::remove(path);
        return !error;
    });
    return answer(done, error);
}

error_code PowerLossFiles::truncate(int file, std::uint64_t octets)
{
    error_code error;
    const bool done = disk_->resize(file, octets, [&] {
        error = Files::truncate(file, octets);
        return !error;
    });
    return answer(done, error);
}

error_code PowerLossFiles::allocate(int, std::uint64_t)
{
    return disk_->gone() ? no_power() : error_code{}; // a reserve may be lost
}

error_code PowerLossFiles::punch(int file, std::uint64_t offset, std::uint64_t octets)
{
    error_code error;
    const bool done = disk_->change(file, offset, octets, [&] {
        error = Files::punch(file, offset, octets);
        return !error;
    });
    return answer(done, error);
}

namespace {

class PowerLossHooks final : public SqliteHooks
{
public:
    explicit PowerLossHooks(std::shared_ptr<PowerLoss> disk) : disk_(std::move(disk)) {}

    int open(const std::string& path, bool makes, const Call& call) override
    {
        if (!makes) return disk_->gone() ? SQLITE_CANTOPEN : call();
        return passed(call, SQLITE_CANTOPEN, [&](const auto& pass) { return disk_->make(path, pass); });
    }

    int write(const std::string& path, std::string_view octets, std::uint64_t offset,
              const Call& call) override
    {
        return passed(call, SQLITE_IOERR_WRITE,
                      [&](const auto& pass) { return disk_->change(path, offset, octets.size(), pass); });
    }

    int truncate(const std::string& path, std::uint64_t octets, const Call& call) override
    {
        return passed(call, SQLITE_IOERR_TRUNCATE,
                      [&](const auto& pass) { return disk_->resize(path, octets, pass); });
    }

    int sync(const std::string& path, const Call&) override
    {
        // SQLite syncs a new journal's or log's directory with its first sync.
        const bool names = path.ends_with("-wal") || path.ends_with("-journal");
        const auto directory = std::filesystem::path(path).parent_path();
        const bool done = disk_->sync(path) && (!names || disk_->sync_directory(directory));
        return done ? SQLITE_OK : SQLITE_IOERR_FSYNC;
    }

    int remove(const std::string& path, const Call& call) override
    {
        return passed(call, SQLITE_IOERR_DELETE, [&](const auto& pass) { return disk_->remove(path, pass); });
    }

private:
    /// The call's own code, or `otherwise` when the power has gone.
    template <class Pass>
    static int passed(const Call& call, int otherwise, Pass pass)
    {
        int code = SQLITE_OK;
        const PowerLoss::Call noted = [&] {
            code = call();
            return code == SQLITE_OK;
        };
        const bool done = pass(noted);
        return done || code != SQLITE_OK ? code : otherwise;
    }

    std::shared_ptr<PowerLoss> disk_;
};

} // namespace

const char* register_power_loss_vfs(std::shared_ptr<PowerLoss> disk)
{
    return register_layer("power-loss", std::make_shared<PowerLossHooks>(std::move(disk)));
}

} // namespace pillarbox::storage

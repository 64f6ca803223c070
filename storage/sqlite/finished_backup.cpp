#include "storage/sqlite/finished_backup.hpp"

#include "storage/sqlite/schema.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>

namespace pillarbox::storage::sqlite {

FinishedBackup::FinishedBackup(Files& files, const std::filesystem::path& source, const Tick& tick)
    : folder_(files, std::filesystem::weakly_canonical(source))
{
    // Shared; one that is not there, as on a read-only disk, nobody can take.
    if (auto lock = files.open(folder_.directory() / "lock", O_RDONLY)) lock_ = std::move(*lock);
    if (lock_ && ::flock(lock_.number(), LOCK_SH | LOCK_NB) != 0)
        throw std::runtime_error("a backup into '" + source.string() + "' is running; wait until it is done");
    const auto manifest = folder_.read();
    if (!manifest) throw std::runtime_error("there is no backup in '" + source.string() + "'");
    if (manifest->snapshot.empty())
        throw std::runtime_error("the backup in '" + source.string() +
                                 "' was never finished; use another one");
    manifest_ = *manifest;
    const auto known = static_cast<int>(migrations().size());
    if (manifest_.schema > known)
        throw std::runtime_error("the backup in '" + source.string() + "' has version " +
                                 std::to_string(manifest_.schema) + ", and this program knows only up to " +
                                 std::to_string(known) + "; use the newer program that made it");
    bool database = false;
    for (const auto& file : manifest_.files) {
        database = database || file.name == "mail.db";
        if (measure(files, snapshot() / file.name, tick) != file)
            throw std::runtime_error("'" + (snapshot() / file.name).string() +
                                     "' is not what was written there; use another backup");
    }
    if (!database) throw std::runtime_error("the backup in '" + source.string() + "' has no database");
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/restore.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/finished_backup.hpp"
#include "storage/sqlite/lock.hpp"
#include "storage/sqlite/renewal.hpp"
#include "storage/sqlite/restore_bodies.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/verify_bodies.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::chrono::milliseconds staging_busy{1'000};

/// What may lie in a data directory that counts as empty.
bool counts_as_nothing(const std::string& name)
{
    return name == "lock" || name == "import.lock" || name == "lost+found" || name == "restoring";
}

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& directory)
{
    std::vector<std::filesystem::path> entries;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        entries.push_back(entry.path());
    return entries;
}

class Restore
{
public:
    Restore(const Layout& layout, const FinishedBackup& backup, const Underneath& underneath,
            const RestoreOptions& options)
        : layout_(layout),
          backup_(backup),
          files_(*underneath.files),
          vfs_(underneath.vfs),
          options_(options),
          staging_(staging_of(layout))
    {}

    BackupSummary run()
    {
        const auto& manifest = backup_.manifest();
        BackupSummary sum{.made = manifest.made,
                          .accounts = manifest.accounts,
                          .messages = manifest.messages,
                          .bodies = manifest.bodies,
                          .octets = manifest.octets};
        begin();
        copy_snapshot();
        VerifyOptions verify;
        verify.found = options_.found;
        Findings findings(verify, false);
        {
            const auto snapshot = open_snapshot(staging_.database);
            snapshot->script("PRAGMA query_only=OFF; PRAGMA temp_store=FILE");
            note_places(*snapshot);
            const auto copied = restore_bodies(backup_.folder(), staging_, files_, *snapshot, findings,
                                               [this](std::uint64_t octets) { tick(octets); });
            sum.copied = copied;
            sum.damaged = findings.damage.bodies.size();
        }
        bring_up_to_date();
        give_to_owner();
        sum.replaced = put_in_place();
        return sum;
    }

private:
    /// An empty directory to build in; what an interrupted restore left there is
    /// a copy of its backup.
    void begin()
    {
        std::error_code error;
        std::filesystem::remove_all(staging_.directory, error);
        if (error)
            throw std::runtime_error("cannot clear '" + staging_.directory.string() +
                                     "': " + error.message());
        for (const auto& directory :
             {staging_.directory, staging_.segments, staging_.files, staging_.spool, staging_.import_spool})
            ensure_directory(directory);
    }

    void copy_snapshot()
    {
        for (const auto& file : backup_.manifest().files) {
            const auto copied =
                copy_file(files_, backup_.snapshot() / file.name, staging_.directory / file.name,
                          [this](std::uint64_t octets) { told(octets, "copying the database"); });
            if (copied != file)
                throw std::runtime_error("'" + (backup_.snapshot() / file.name).string() +
                                         "' is not what was written there; use another backup");
        }
    }

    void bring_up_to_date()
    {
        std::vector<std::int64_t> segments;
        {
            Database database({.file = staging_.database,
                               .mode = Database::Mode::writer,
                               .busy = staging_busy,
                               .vfs = vfs_});
            migrate(database, migrations());
            database.run("BEGIN IMMEDIATE");
            // What only the old octets needed: they have not been copied.
            database.run("DELETE FROM garbage");
            database.run("UPDATE segment SET bodies = (SELECT count(*) FROM body WHERE tier = 1 AND "
                         "body.segment = segment.number)");
            database.run("DELETE FROM segment WHERE bodies = 0");
            database.run("DELETE FROM lease");
            database.run("DELETE FROM web_session");
            database.run("DELETE FROM reset_link");
            // What was about to be sent then has been sent, or is a draft again.
            database.run("DELETE FROM submission WHERE state = 0");
            segments = renew(database);
            database.run("COMMIT");
            if (database.checkpoint(true) != 0)
                throw std::runtime_error("the restored database could not be written to the end");
        }
        for (const auto number : segments) {
            const auto path = staging_.segments / BodyStore::name_of(number);
            const auto made = files_.open(path, O_RDWR | O_CREAT | O_EXCL);
            if (!made) expect_done(made.error(), "make", path);
        }
        expect_done(files_.sync_directory(staging_.segments), "sync", staging_.segments);
        expect_done(files_.sync_directory(staging_.directory), "sync", staging_.directory);
    }

    /// Files that root made belong to whom the data directory belongs, who runs
    /// the server.
    void give_to_owner()
    {
        struct stat about{};
        if (::geteuid() != 0 || ::stat(layout_.directory.c_str(), &about) != 0 || about.st_uid == 0) return;
        auto paths = entries_of(staging_.directory);
        for (const auto& entry : std::filesystem::recursive_directory_iterator(staging_.directory))
            paths.push_back(entry.path());
        for (const auto& lock : {layout_.lock, layout_.import_lock})
            paths.push_back(lock);
        for (const auto& path : paths) {
            if (::lchown(path.c_str(), about.st_uid, about.st_gid) != 0)
                expect_done({errno, boost::system::system_category()}, "give to its owner", path);
        }
    }

    /// The database goes first and comes last: without one, and with the folder
    /// of a restore, no server starts.
    std::filesystem::path put_in_place()
    {
        std::filesystem::path aside;
        if (!nothing_to_replace()) {
            const auto base = "replaced-" + std::to_string(now().time_since_epoch().count());
            aside = layout_.directory / base;
            for (int more = 2; std::filesystem::exists(aside); ++more)
                aside = layout_.directory / (base + "-" + std::to_string(more));
            ensure_directory(aside);
            for (const auto* log : {"mail.db", "mail.db-wal", "mail.db-shm"})
                move_if_there(layout_.directory / log, aside);
            for (const auto& entry : entries_of(layout_.directory)) {
                const auto name = entry.filename().string();
                if (!counts_as_nothing(name) && !name.starts_with("replaced-")) move_if_there(entry, aside);
            }
            sync(aside);
        }
        for (const auto& entry : entries_of(staging_.directory)) {
            if (entry != staging_.database) move_if_there(entry, layout_.directory);
        }
        sync(staging_.directory);
        sync(layout_.directory);
        move_if_there(staging_.database, layout_.directory);
        sync(layout_.directory);
        std::error_code error;
        std::filesystem::remove(staging_.directory, error); // it is empty, and one that stays does no harm
        return aside;
    }

    bool nothing_to_replace() const
    {
        for (const auto& entry : entries_of(layout_.directory)) {
            const auto name = entry.filename().string();
            if (!counts_as_nothing(name) && !name.starts_with("replaced-")) return false;
        }
        return true;
    }

    void move_if_there(const std::filesystem::path& from, const std::filesystem::path& folder)
    {
        if (!std::filesystem::exists(std::filesystem::symlink_status(from))) return;
        expect_done(files_.rename(from, folder / from.filename()), "move", from);
    }

    void sync(const std::filesystem::path& directory)
    {
        expect_done(files_.sync_directory(directory), "sync", directory);
    }

    void tick(std::uint64_t octets) { told(octets, "copying messages"); }

    void told(std::uint64_t octets, std::string_view doing)
    {
        done_ += octets;
        std::uint64_t total = backup_.manifest().octets;
        for (const auto& file : backup_.manifest().files)
            total += file.octets;
        if (options_.progress) options_.progress({doing, std::min(done_, total), total});
    }

    const Layout& layout_;
    const FinishedBackup& backup_;
    Files& files_;
    const std::string& vfs_;
    const RestoreOptions& options_;
    const Layout staging_;
    std::uint64_t done_ = 0;
};

/// The data directory, which is made if it is missing, and locked.
Layout prepare(const std::filesystem::path& directory, bool replace)
{
    if (directory.empty()) throw std::runtime_error("no data directory is set; set data_dir");
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) {
        std::filesystem::create_directories(std::filesystem::absolute(directory).parent_path(), error);
        ensure_directory(directory);
    }
    const Layout layout(std::filesystem::canonical(directory));
    if (replace) return layout;
    for (const auto& entry : entries_of(layout.directory)) {
        const auto name = entry.filename().string();
        if (counts_as_nothing(name)) continue;
        throw std::runtime_error("'" + directory.string() + "' is not empty ('" + name +
                                 "'); restore to an empty data directory, or move aside what is there with "
                                 "--replace");
    }
    return layout;
}

} // namespace

std::filesystem::path staging_of(const Layout& layout)
{
    return layout.directory / "restoring";
}

BackupSummary restore_sqlite(const Options& options, const std::filesystem::path& source,
                             const RestoreOptions& restore, Underneath underneath)
{
    Files& files = *underneath.files;
    try {
        const FinishedBackup backup(files, source, {});
        const auto layout = prepare(options.directory, restore.replace);
        const auto lock = take_lock(files, layout.lock, underneath.busy);
        const auto importing = take_lock(files, layout.import_lock, underneath.busy);
        if (!lock || !importing)
            throw std::runtime_error("a server or an import works on '" + layout.directory.string() +
                                     "'; stop it before a restore");
        return Restore(layout, backup, underneath, restore).run();
    } catch (const SQLite::Exception& error) {
        throw std::runtime_error("the database of the backup cannot be used (" + std::string(error.what()) +
                                 "); use another backup");
    }
}

} // namespace pillarbox::storage::sqlite

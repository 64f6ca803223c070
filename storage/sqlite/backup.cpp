#include "storage/sqlite/backup.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/backup_bodies.hpp"
#include "storage/sqlite/lease.hpp"
#include "storage/sqlite/lock.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/verify.hpp"
#include "storage/sqlite/verify_bodies.hpp"

#include <algorithm>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::uintmax_t largest_key = 1024ul * 1024;

/// Whether `path` is `directory` or below it. Both without links.
bool within(const std::filesystem::path& path, const std::filesystem::path& directory)
{
    const auto [end, unused] = std::ranges::mismatch(directory, path);
    return end == directory.end();
}

/// Files of the data directory besides the mail itself: keys and certificates.
/// What is the store's own, or can be made anew, is not among them.
std::vector<std::filesystem::path> keys_in(const Layout& layout)
{
    std::vector<std::filesystem::path> keys;
    for (const auto& entry : std::filesystem::directory_iterator(layout.directory)) {
        const auto name = entry.path().filename().string();
        const bool ours = name.starts_with("mail.db") || name.starts_with("index.db") || name == "lock" ||
                          name == "import.lock" || name == "reserve" || !usable_file_name(name);
        if (ours || entry.is_symlink() || !entry.is_regular_file() || entry.file_size() > largest_key)
            continue;
        keys.push_back(entry.path());
    }
    std::ranges::sort(keys);
    return keys;
}

class Backup
{
public:
    Backup(const Layout& layout, const std::filesystem::path& destination, const Underneath& underneath,
           const OnProgress& progress)
        : layout_(layout),
          files_(*underneath.files),
          vfs_(underneath.vfs),
          progress_(progress),
          folder_(files_, prepare(destination)),
          lock_(take_lock(files_, folder_.directory() / "lock", std::chrono::milliseconds(0))),
          lease_(layout, "backup"),
          live_(open_beside(layout.database))
    {
        if (!lock_)
            throw std::runtime_error("another backup into '" + folder_.directory().string() + "' is running");
    }

    BackupSummary run()
    {
        expect_version();
        const auto before = begin();
        auto manifest = take_snapshot();
        const auto snapshot = open_snapshot(folder_.snapshot(manifest.snapshot) / "mail.db");
        snapshot->script("PRAGMA query_only=OFF; PRAGMA temp_store=FILE");
        note_places(*snapshot);

        const auto copied = copy_bodies(layout_, files_, folder_, *snapshot, extents_of(before),
                                        [this](std::uint64_t octets) { tick(octets); });
        lease_.renew(); // it was never over
        folder_.write(manifest);

        BackupSummary sum{.made = manifest.made,
                          .accounts = manifest.accounts,
                          .messages = manifest.messages,
                          .bodies = manifest.bodies,
                          .octets = manifest.octets,
                          .copied = copied.copied,
                          .damaged = copied.damaged};
        drop_snapshots(manifest.snapshot);
        sum.dropped = drop_unneeded(files_, folder_, *snapshot);
        return sum;
    }

private:
    /// The destination without links on its way, made if it is missing.
    std::filesystem::path prepare(const std::filesystem::path& destination)
    {
        const auto wanted = std::filesystem::weakly_canonical(destination);
        if (within(wanted, layout_.directory))
            throw std::runtime_error("'" + destination.string() +
                                     "' is inside the data directory, and would be lost with it; choose a "
                                     "place on another disk");
        std::error_code error;
        if (!std::filesystem::exists(wanted, error)) {
            if (!std::filesystem::is_directory(wanted.parent_path(), error))
                throw std::runtime_error("there is no directory '" + wanted.parent_path().string() +
                                         "' to put the backup into; is its disk mounted?");
            ensure_directory(wanted);
        }
        if (!std::filesystem::is_directory(wanted, error))
            throw std::runtime_error("'" + destination.string() + "' is no directory");
        for (const auto& entry : std::filesystem::directory_iterator(wanted)) {
            const auto name = entry.path().filename();
            if (std::filesystem::exists(wanted / manifest_name) || name == "lock" || name == "lost+found")
                continue;
            throw std::runtime_error(
                "'" + destination.string() +
                "' has something else in it, and no backup of Pillarbox; choose an empty "
                "directory");
        }
        return wanted;
    }

    void expect_version()
    {
        const auto known = static_cast<int>(migrations().size());
        const int version = schema_version(*live_);
        if (version != known)
            throw std::runtime_error("the mail database has version " + std::to_string(version) +
                                     ", and this program works with " + std::to_string(known) +
                                     "; use the program of the server that runs on it");
    }

    /// What the folder has so far. From here on it is a backup's.
    Manifest begin()
    {
        const auto store = store_of(*live_);
        auto before = folder_.read();
        if (before && before->store != store)
            throw std::runtime_error("'" + folder_.directory().string() +
                                     "' has the backup of another mail store; choose another directory");
        if (!before) {
            before.emplace();
            before->store = store;
            folder_.write(*before);
        }
        ensure_directory(folder_.segments());
        ensure_directory(folder_.bodies());
        return *before;
    }

    Manifest take_snapshot()
    {
        Manifest manifest;
        manifest.store = store_of(*live_);
        manifest.made = now();
        const auto seconds = std::to_string(manifest.made.time_since_epoch().count());
        manifest.snapshot = "snapshot-" + seconds;
        for (int more = 2; std::filesystem::exists(folder_.snapshot(manifest.snapshot)); ++more)
            manifest.snapshot = "snapshot-" + seconds + "-" + std::to_string(more);
        const auto place = folder_.snapshot(manifest.snapshot);
        ensure_directory(place);
        // The keys come first: what is sealed in the database, they open.
        for (const auto& key : keys_in(layout_))
            manifest.files.push_back(copy_file(files_, key, place / key.filename(), {}));
        copy_database(files_, vfs_, *live_, place / "mail.db", [this](const Progress& at) {
            lease_.renew();
            if (progress_) progress_(at);
        });
        manifest.files.push_back(
            measure(files_, place / "mail.db", [this](std::uint64_t) { lease_.renew(); }));
        expect_done(files_.sync_directory(place), "sync", place);
        expect_done(files_.sync_directory(folder_.directory()), "sync", folder_.directory());
        count(*open_snapshot(place / "mail.db"), manifest);
        total_ = manifest.octets;
        return manifest;
    }

    /// How far the copies of segments are known to reach.
    Extents extents_of(const Manifest& before)
    {
        Extents extents;
        if (before.snapshot.empty()) return extents;
        try {
            const auto snapshot = open_snapshot(folder_.snapshot(before.snapshot) / "mail.db");
            for (Query row(*snapshot, "SELECT number, end FROM segment"); row.step();)
                extents.emplace(row.integer(0), row.as<std::uint64_t>(1));
        } catch (const SQLite::Exception&) {
            extents.clear(); // that backup is lost, and everything is copied anew
        }
        return extents;
    }

    /// All but the one that counts: older ones, and what was never finished.
    void drop_snapshots(const std::string& kept)
    {
        std::vector<std::filesystem::path> old;
        for (const auto& entry : std::filesystem::directory_iterator(folder_.directory())) {
            const auto name = entry.path().filename().string();
            if (name.starts_with("snapshot-") && name != kept) old.push_back(entry.path());
        }
        for (const auto& path : old) {
            std::error_code error;
            std::filesystem::remove_all(path, error);
            if (error) throw std::runtime_error("cannot remove '" + path.string() + "': " + error.message());
        }
    }

    void tick(std::uint64_t octets)
    {
        done_ += octets;
        lease_.renew();
        if (progress_) progress_({"copying messages", std::min(done_, total_), total_});
    }

    const Layout& layout_;
    Files& files_;
    const std::string& vfs_;
    const OnProgress& progress_;
    BackupFolder folder_;
    Descriptor lock_;
    Lease lease_;
    std::unique_ptr<Database> live_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace

BackupSummary backup_sqlite(const Options& options, const std::filesystem::path& destination,
                            const OnProgress& progress, Underneath underneath)
{
    const auto layout = existing_layout(options.directory);
    try {
        return Backup(layout, destination, underneath, progress).run();
    } catch (const SQLite::Exception& error) {
        throw std::runtime_error(
            "the mail database cannot be read (" + std::string(error.what()) +
            "); an earlier backup is as it was. See what is wrong with: pillarbox verify");
    }
}

} // namespace pillarbox::storage::sqlite

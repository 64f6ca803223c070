#include "storage/sqlite/repair.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/stray.hpp"

#include <SQLiteCpp/Exception.h>

#include <optional>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

class Repair
{
public:
    Repair(const Layout& layout, Files& files, const Damage& damage, const Repaired& repaired)
        : layout_(layout),
          files_(files),
          damage_(damage),
          repaired_(repaired),
          quarantine_(files, layout.directory / "quarantine")
    {}

    void run()
    {
        put_index_aside();
        Database database({.file = layout_.database,
                           .mode = Database::Mode::writer,
                           .busy = std::chrono::milliseconds(1'000),
                           .vfs = {}});
        if (damage_.database && !mend_indexes(database)) return;
        save_damaged(database);
        save_strays();
        quarantine_.sync();
        database.run("BEGIN IMMEDIATE");
        shelve_damaged(database);
        mend_rows(database, repaired_);
        release_unused(database);
        quarantine_.sync();
        database.run("COMMIT");
        clear_files(database);
    }

private:
    void tell(const std::string& what) const
    {
        if (repaired_) repaired_(what);
    }

    void put_index_aside()
    {
        if (!damage_.index) return;
        for (const auto* name : {"index.db", "index.db-wal", "index.db-shm"}) {
            const auto file = layout_.directory / name;
            if (std::filesystem::exists(file)) quarantine_.take(file);
        }
        tell("the search index was put aside; the server makes it anew");
    }

    /// Indexes can be made anew from their tables. Whether that was all.
    bool mend_indexes(Database& database)
    {
        try {
            database.run("REINDEX");
            Query row(database, "PRAGMA integrity_check(1)");
            if (row.step() && row.text(0) == "ok") {
                tell("the indexes of the database were made anew");
                return true;
            }
        } catch (const SQLite::Exception&) { // NOLINT(bugprone-empty-catch)
            // Said below.
        }
        tell("the database file itself is damaged, which no repair can mend: restore a backup; nothing was "
             "changed");
        return false;
    }

    std::optional<Place> place_in(Database& database, std::int64_t body)
    {
        Query row(database, "SELECT id, tier, segment, offset, octets, checksum FROM body WHERE id = ?",
                  body);
        if (!row.step()) return std::nullopt;
        return place_of(row, 0);
    }

    /// What is there of a body, damaged or not.
    std::filesystem::path save_body(Database& database, const Place& place)
    {
        const auto name = "body-" + BodyStore::name_of(place.body) + ".eml";
        if (place.tier == Tier::row) {
            Query row(database, "SELECT content FROM body WHERE id = ?", place.body);
            row.step();
            return quarantine_.save(name, row.text(0));
        }
        if (place.tier == Tier::file)
            return quarantine_.save(name, layout_.files / BodyStore::name_of(place.body), 0, UINT64_MAX);
        return quarantine_.save(name, layout_.segments / BodyStore::name_of(place.segment),
                                place.offset + record_header_octets, place.octets);
    }

    void save_damaged(Database& database)
    {
        for (const auto& [body, reason] : damage_.bodies) {
            const auto place = place_in(database, body);
            if (!place) continue;
            const auto path = save_body(database, *place);
            tell("what there is of damaged body " + std::to_string(body) + " is in '" + path.string() + "'");
        }
    }

    void save_strays()
    {
        for (const auto& stray : damage_.strays) {
            const auto from = layout_.segments / BodyStore::name_of(stray.segment);
            const auto where = BodyStore::name_of(stray.segment) + "-" + std::to_string(stray.offset);
            const auto header = stray.body != 0 ? record_header_octets : 0;
            const auto path = quarantine_.save((stray.body != 0 ? "unknown-" : "octets-") + where +
                                                   (stray.body != 0 ? ".eml" : ".bin"),
                                               from, stray.offset + header, stray.octets - header);
            tell("octets that no row knows are in '" + path.string() + "'");
        }
        for (const auto& orphan : damage_.orphans) {
            if (orphan.parent_path() == layout_.segments) save_records_of(orphan);
        }
    }

    /// The messages of a whole segment that no row knows, for people to read.
    void save_records_of(const std::filesystem::path& segment)
    {
        const auto file = files_.open(segment, O_RDONLY);
        const auto size = file ? size_of(file->number()) : file.error();
        if (!size) return; // it is moved as it is
        for_each_stray(file->number(), 0, *size,
                       [&](std::uint64_t offset, std::uint64_t octets, std::optional<Record> record) {
                           if (!record) return;
                           const auto path = quarantine_.save("unknown-" + segment.filename().string() + "-" +
                                                                  std::to_string(offset) + ".eml",
                                                              segment, offset + record_header_octets,
                                                              octets - record_header_octets);
                           tell("a message that no row knows is in '" + path.string() + "'");
                       });
    }

    void shelve_damaged(Database& database)
    {
        std::size_t shelved = 0;
        for (const auto& [body, reason] : damage_.bodies) {
            std::vector<std::int64_t> copies;
            for (Query row(database, "SELECT id FROM msg WHERE body = ?", body); row.step();)
                copies.push_back(row.integer(0));
            for (const auto msg : copies)
                shelve(database, msg, reason);
            shelved += copies.size();
            drop_queued(database, body);
        }
        if (shelved > 0) tell("damaged messages were put into quarantine: " + std::to_string(shelved));
    }

    /// What cannot be sent whole is not sent; its octets have been saved.
    void drop_queued(Database& database, std::int64_t body)
    {
        std::string recipients;
        for (Query row(database, "SELECT reverse_path, recipient FROM queue WHERE body = ?", body);
             row.step();)
            recipients += "from <" + row.as<std::string>(0) + "> to <" + row.as<std::string>(1) + ">\n";
        if (recipients.empty()) return;
        const auto path =
            quarantine_.save("body-" + BodyStore::name_of(body) + "-recipients.txt", recipients);
        const auto dropped = database.run("DELETE FROM queue WHERE body = ?", body);
        tell("damaged messages were taken from the queue: " + std::to_string(dropped) + "; see '" +
             path.string() + "'");
    }

    /// Bodies that nobody has: read once more, saved, and given back.
    void release_unused(Database& database)
    {
        std::vector<Place> unused;
        for (Query row(database,
                       "SELECT id, tier, segment, offset, octets, checksum FROM body WHERE refs <= 0");
             row.step();)
            unused.push_back(place_of(row, 0));
        for (const auto& place : unused) {
            const auto path = save_body(database, place);
            release_body(database, place.body);
            tell("body " + std::to_string(place.body) + ", which no message had, is in '" + path.string() +
                 "'");
        }
    }

    void clear_files(Database& database)
    {
        for (const auto& orphan : damage_.orphans) {
            const auto path = quarantine_.take(orphan);
            tell("'" + orphan.string() + "' was moved to '" + path.string() + "'");
        }
        quarantine_.sync();
        for (const auto& stray : damage_.strays) {
            const auto path = layout_.segments / BodyStore::name_of(stray.segment);
            const auto file = files_.open(path, O_RDWR);
            if (!file) fail(path, file.error());
            if (const auto error = files_.clear(file->number(), stray.offset, stray.octets))
                fail(path, error);
        }
        for (const auto segment : damage_.short_segments)
            lengthen(database, segment);
    }

    /// To where its rows say that it ends: what is missing reads as zeros.
    void lengthen(Database& database, std::int64_t segment)
    {
        std::uint64_t end = 0;
        {
            Query row(database, "SELECT end FROM segment WHERE number = ?", segment);
            if (!row.step()) return;
            end = row.as<std::uint64_t>(0);
        }
        const auto path = layout_.segments / BodyStore::name_of(segment);
        const auto file = files_.open(path, O_RDWR | O_CREAT);
        if (!file) fail(path, file.error());
        const auto size = size_of(file->number());
        if (size && *size >= end) return;
        if (const auto error = files_.truncate(file->number(), end)) fail(path, error);
        if (const auto error = files_.sync(file->number())) fail(path, error);
        if (const auto error = files_.sync_directory(layout_.segments)) fail(path, error);
        tell("'" + path.string() + "' has its length again");
    }

    [[noreturn]] static void fail(const std::filesystem::path& path, const error_code& error)
    {
        throw std::runtime_error("cannot change '" + path.string() + "': " + error.message() +
                                 "; run the repair again once it can be");
    }

    const Layout& layout_;
    Files& files_;
    const Damage& damage_;
    const Repaired& repaired_;
    QuarantineFolder quarantine_;
};

} // namespace

void repair(const Layout& layout, Files& files, const Damage& damage, const Repaired& repaired)
{
    try {
        Repair(layout, files, damage, repaired).run();
    } catch (const SQLite::Exception& error) {
        throw std::runtime_error("the database '" + layout.database.string() + "' could not be repaired (" +
                                 error.what() + "); it is as it was: restore a backup");
    }
}

} // namespace pillarbox::storage::sqlite

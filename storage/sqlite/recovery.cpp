#include "storage/sqlite/recovery.hpp"

#include "storage/sqlite/core.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

using Severity = Observer::Severity;

/// Calls `visit` for every entry; throws with a sentence when that fails.
template <class Visit>
void for_each_entry(const std::filesystem::path& directory, Visit visit)
{
    std::error_code error;
    std::vector<std::filesystem::path> entries; // first the names: removing while reading may miss some
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
         at.increment(error))
        entries.push_back(at->path());
    if (error)
        throw std::runtime_error("cannot read '" + directory.string() + "': " + error.message() +
                                 "; the data directory must belong to the user that runs the server");
    for (const auto& entry : entries)
        visit(entry);
}

void remove(Core& core, const std::filesystem::path& file)
{
    if (const auto error = core.files().remove(file))
        throw std::runtime_error("cannot remove the leftover '" + file.string() + "': " + error.message() +
                                 "; remove it by hand");
}

/// Left alone: it is not ours.
void report_foreign(Core& core, const std::filesystem::path& file)
{
    core.report(Severity::warning, "a file that is none of the mail store's was left alone", file.string());
}

std::size_t remove_orphans(Core& core, Database& database, bool others)
{
    std::size_t removed = 0;
    for (const auto& spool : {core.layout.spool, core.layout.import_spool}) {
        if (!others && spool != core.spool()) continue;
        for_each_entry(spool, [&](const auto& file) {
            remove(core, file);
            ++removed;
        });
    }
    const auto mine = [&](std::int64_t number) {
        return others || number % 2 == static_cast<std::int64_t>(core.lane());
    };
    for_each_entry(core.layout.files, [&](const auto& file) {
        const auto body = number_of_file(file);
        if (!body) return report_foreign(core, file);
        if (!mine(*body)) return;
        if (Query(database, "SELECT 1 FROM body WHERE id = ? AND tier = ?", *body, Tier::file).step()) return;
        remove(core, file);
        ++removed;
    });
    for_each_entry(core.layout.segments, [&](const auto& file) {
        const auto segment = number_of_file(file);
        if (!segment) return report_foreign(core, file);
        if (!mine(*segment) || Query(database, "SELECT 1 FROM segment WHERE number = ?", *segment).step())
            return;
        remove(core, file);
        ++removed;
    });
    return removed;
}

/// What lies behind the end that was committed belongs to no message.
void mend_segment(Core& core, const BodyStore::Start& start)
{
    if (start.segment == 0) return;
    const auto path = core.layout.segments / BodyStore::name_of(start.segment);
    const auto file = core.files().open(path, O_RDWR);
    const auto size = file ? size_of(file->number()) : file.error();
    if (!size || *size < start.segment_end) {
        core.report(Severity::error, "a segment of the mail store is damaged",
                    path.string() +
                        " is missing or too short, and with it the mail in it; see what is missing "
                        "with: pillarbox verify, and restore it from a backup");
        return;
    }
    if (*size == start.segment_end) return;
    const auto unfinished = *size - start.segment_end;
    std::string tail(static_cast<std::size_t>(std::min<std::uint64_t>(unfinished, 1024ul * 1024)), '\0');
    const auto read = read_at(file->number(), tail, start.segment_end);
    const auto records = read ? sound_part(std::string_view(tail).substr(0, *read)).records : 0;
    if (const auto error = core.files().truncate(file->number(), start.segment_end))
        throw std::runtime_error("cannot cut the unfinished end of '" + path.string() +
                                 "': " + error.message() + "; the disk may be failing");
    core.report(Severity::info, "an unfinished end was cut from the mail store",
                path.string() + ": " + std::to_string(unfinished) + " octets with " +
                    std::to_string(records) +
                    " whole messages or more, not acknowledged or kept elsewhere as well");
}

/// Looks at each segment's file, not into it. Reports those that are shorter
/// than they were: then mail is missing. Empty ones may have gone already.
void check_segments_there(Core& core, Database& database)
{
    Query row(database, "SELECT number, end FROM segment WHERE bodies > 0");
    while (row.step()) {
        const auto path = core.layout.segments / BodyStore::name_of(row.integer(0));
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        if (!error && size >= row.as<std::uint64_t>(1)) continue;
        core.report(
            Severity::error, "a segment of the mail store is damaged",
            path.string() + (error ? " is missing" : " is too short") +
                ", and some mail with it; see whose it is with: pillarbox verify, and restore it from "
                "a backup");
    }
}

/// Whether the octets of the body are where its row says, without reading them.
bool looks_sound(Core& core, const Place& place)
{
    if (place.tier == Tier::row) return true;
    const bool alone = place.tier == Tier::file;
    const auto path = alone ? core.layout.files / BodyStore::name_of(place.body)
                            : core.layout.segments / BodyStore::name_of(place.segment);
    const auto file = core.files().open(path, O_RDONLY);
    if (!file) return false;
    if (alone) {
        const auto size = size_of(file->number());
        return size && *size == place.octets;
    }
    std::array<char, record_header_octets> header{};
    const auto octets = read_at(file->number(), header, place.offset);
    if (!octets) return false;
    const auto record = parse_header({header.data(), *octets});
    return record && record->body == place.body && record->octets == place.octets;
}

void check_newest(Core& core, Database& database)
{
    constexpr int newest = 200; // what was being written when it crashed is among them
    Query row(database,
              "SELECT id, tier, segment, offset, octets, checksum FROM body WHERE id NOT IN (SELECT msg.body "
              "FROM quarantine CROSS JOIN msg ON msg.id = quarantine.msg) ORDER BY id DESC LIMIT ?",
              newest);
    while (row.step()) {
        if (looks_sound(core, place_of(row, 0))) continue;
        core.report(Severity::error, "a stored message is damaged",
                    "body " + std::to_string(row.integer(0)) +
                        "; see whose it is with: pillarbox verify, and restore it from a backup");
    }
}

/// Where a lane's next record goes.
BodyStore::Start start_of(Database& database, Lane lane)
{
    BodyStore::Start start;
    start.lane = lane;
    {
        Query row(database, "SELECT seq FROM sqlite_sequence WHERE name = 'body'");
        if (row.step()) start.last_body = row.integer(0);
    }
    Query row(database, "SELECT number, end FROM segment WHERE number % 2 = ? ORDER BY number DESC LIMIT 1",
              lane);
    if (row.step()) {
        start.segment = row.integer(0);
        start.segment_end = row.as<std::uint64_t>(1);
    }
    return start;
}

} // namespace

Recovered recover(Core& core, Database& database, bool others)
{
    // Where the next record goes must be known; all else can wait for a repair,
    // and what can be read is read meanwhile.
    Recovered recovered{.start = start_of(database, core.lane())};
    const auto guarded = [&](auto&& work) {
        try {
            work();
        } catch (const SQLite::Exception& error) {
            if (!damaged(error.getErrorCode())) throw;
            core.report(Severity::error, "the mail database is damaged",
                        describe(database, error.getErrorCode()));
            recovered.database_damaged = true;
        }
    };
    guarded([&] {
        const auto orphans = remove_orphans(core, database, others);
        if (orphans > 0)
            core.report(Severity::info, "what was left unfinished was removed",
                        std::to_string(orphans) + " files");
    });
    // Whoever had claimed it is gone; there is one server.
    guarded([&] {
        if (core.options.access == Options::Access::server)
            database.run("UPDATE queue SET claim = 0, due = 0 WHERE claim <> 0");
    });
    mend_segment(core, recovered.start);
    if (others)
        mend_segment(core, start_of(database, core.lane() == Lane::server ? Lane::importer : Lane::server));
    guarded([&] { check_segments_there(core, database); });
    guarded([&] { check_newest(core, database); });
    return recovered;
}

} // namespace pillarbox::storage::sqlite

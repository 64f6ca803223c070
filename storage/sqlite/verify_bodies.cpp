#include "storage/sqlite/verify_bodies.hpp"

#include "storage/sqlite/checksum.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int verified_at_once = 500;

/// Why the file does not have the body's octets; empty when it has.
std::string fault_of_file(const Inspection& inspection, const Place& place, const std::filesystem::path& path)
{
    const auto file = inspection.files.open(path, O_RDONLY);
    if (!file) return "its file cannot be read: " + file.error().message();
    const auto size = size_of(file->number());
    if (!size) return "its file cannot be read: " + size.error().message();
    if (*size != place.octets)
        return "its file has " + std::to_string(*size) + " octets instead of " + std::to_string(place.octets);
    std::string piece(piece_octets, '\0');
    std::uint32_t sum = 0;
    for (std::uint64_t offset = 0; offset < place.octets;) {
        const auto octets = read_at(file->number(), piece, offset);
        if (!octets) return "its file cannot be read: " + octets.error().message();
        if (*octets == 0) return "its file ends too early";
        sum = checksum(std::string_view(piece).substr(0, *octets), sum);
        offset += *octets;
        inspection.checked(*octets);
    }
    return sum == place.checksum ? "" : "its octets fail their checksum";
}

std::string fault_of_row(const Place& place, std::string_view content)
{
    if (content.size() != place.octets)
        return "its row has " + std::to_string(content.size()) + " octets instead of " +
               std::to_string(place.octets);
    return checksum(content) == place.checksum ? "" : "its octets fail their checksum";
}

bool known_name(const std::filesystem::path& path, std::int64_t& number)
{
    const auto name = path.filename().string();
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
    return error == std::errc() && end == name.data() + name.size() && name.size() == 16;
}

} // namespace

void note_places(Database& database)
{
    database.script("CREATE TEMP TABLE place (segment INTEGER, offset INTEGER, body INTEGER, octets INTEGER, "
                    "checksum INTEGER, used INTEGER, PRIMARY KEY (segment, offset, body)) WITHOUT ROWID;"
                    "CREATE TEMP TABLE shelved (body INTEGER PRIMARY KEY);"
                    "CREATE TEMP TABLE extent AS SELECT number, end FROM segment;");
    database.run("INSERT INTO temp.shelved SELECT DISTINCT msg.body FROM quarantine "
                 "JOIN msg ON msg.id = quarantine.msg "
                 "WHERE NOT EXISTS (SELECT 1 FROM msg other WHERE other.body = msg.body "
                 "AND other.id NOT IN (SELECT msg FROM quarantine)) "
                 "AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.body = msg.body)");
    database.run("INSERT INTO temp.place SELECT segment, offset, id, octets, checksum, 1 FROM body "
                 "WHERE tier = ?",
                 Tier::segment);
    // A place that is both, which check_database() finds, counts as used.
    database.run("INSERT OR IGNORE INTO temp.place SELECT segment, offset, body, octets, 0, 0 FROM garbage "
                 "WHERE tier = ?",
                 Tier::segment);
}

void check_bodies(const Inspection& inspection, std::int64_t last)
{
    struct Large
    {
        Place place;
        std::filesystem::path path;
    };
    Database& database = inspection.database;
    std::vector<std::pair<Place, std::string>> damaged;
    for (std::int64_t from = 0; from < last;) {
        std::vector<Large> large; // read once the row's snapshot is let go
        std::int64_t seen = 0;
        damaged.clear();
        {
            Query row(database,
                      "SELECT id, tier, segment, offset, octets, checksum, content FROM body "
                      "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
                      from, last, verified_at_once);
            while (row.step()) {
                const Place place = place_of(row, 0);
                seen = place.body;
                if (place.tier == Tier::segment) continue;
                if (Query(database, "SELECT 1 FROM temp.shelved WHERE body = ?", place.body).step()) continue;
                if (place.tier == Tier::file) {
                    large.push_back({place, inspection.layout.files / BodyStore::name_of(place.body)});
                    continue;
                }
                auto fault = place.tier == Tier::row ? fault_of_row(place, row.text(6))
                                                     : "its row does not say where it is";
                if (!fault.empty()) damaged.emplace_back(place, std::move(fault));
                inspection.checked(place.octets);
            }
        }
        for (const auto& [place, fault] : damaged)
            inspection.findings.add_body(database, place, fault, inspection.layout.database);
        for (const auto& [place, path] : large) {
            const auto fault = fault_of_file(inspection, place, path);
            if (!fault.empty()) inspection.findings.add_body(database, place, fault, path);
        }
        if (seen == 0) return;
        from = seen;
    }
}

void check_names(const Inspection& inspection)
{
    const auto look = [&](const std::filesystem::path& directory, const char* known, const char* what) {
        std::error_code error;
        std::filesystem::directory_iterator at(directory, error);
        for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
            const auto& path = at->path();
            std::int64_t number = 0;
            if (!known_name(path, number)) {
                inspection.findings.add({.kind = "file_foreign",
                                         .wrong = false,
                                         .what = "this file is none of the mail store's; it is left alone",
                                         .path = path.string()});
                continue;
            }
            if (Query(inspection.database, known, number, number).step()) continue;
            inspection.findings.add_leftover(
                {.kind = "file_orphaned", .what = what, .path = path.string(), .body = number});
            inspection.findings.damage.orphans.push_back(path);
        }
        if (error)
            inspection.findings.add({.kind = "directory_unreadable",
                                     .what = "the directory cannot be read: " + error.message(),
                                     .path = directory.string()});
    };
    look(inspection.layout.files,
         "SELECT 1 FROM body WHERE id = ? AND tier = 2 UNION ALL SELECT 1 FROM garbage WHERE body = ? AND "
         "tier = 2",
         "no message has this file");
    look(inspection.layout.segments,
         "SELECT 1 FROM segment WHERE number = ? UNION ALL SELECT 1 FROM body WHERE segment = ? AND tier = 1 "
         "AND segment NOT IN (SELECT number FROM segment)",
         "no message is in this segment");
}

} // namespace pillarbox::storage::sqlite

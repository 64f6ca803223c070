#include "storage/sqlite/backup_bodies.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int copied_at_once = 500;
constexpr std::uint64_t least_hole = 64ull * 1024; // smaller ones are not worth their calls

class BodyBackup
{
public:
    BodyBackup(const Layout& layout, Files& files, const BackupFolder& folder, Database& snapshot,
               const Extents& known, const Tick& tick)
        : layout_(layout), files_(files), folder_(folder), snapshot_(snapshot), known_(known), tick_(tick)
    {}

    CopiedBodies run()
    {
        std::vector<std::pair<std::int64_t, std::uint64_t>> segments;
        for (Query row(snapshot_, "SELECT number, end FROM segment ORDER BY number"); row.step();)
            segments.emplace_back(row.integer(0), row.as<std::uint64_t>(1));
        for (const auto& [number, end] : segments)
            copy_segment(number, end);
        expect_done(files_.sync_directory(folder_.segments()), "sync", folder_.segments());
        copy_files();
        expect_done(files_.sync_directory(folder_.bodies()), "sync", folder_.bodies());
        return sum_;
    }

private:
    void copy_segment(std::int64_t number, std::uint64_t end)
    {
        const auto name = BodyStore::name_of(number);
        const auto path = folder_.segments() / name;
        const auto from = layout_.segments / name;
        const auto target = files_.open(path, O_RDWR | O_CREAT);
        if (!target) expect_done(target.error(), "open", path);
        const auto size = size_of(target->number());
        if (!size) expect_done(size.error(), "read", path);
        const auto known = known_.find(number);
        auto at = known == known_.end() ? 0 : std::min(known->second, *size);
        if (at > 0 && !goes_on(number, target->number(), at)) at = 0;
        if (at >= end) return;
        const auto source = files_.open(from, O_RDONLY);
        if (!source) {
            // Lost in the store: its messages are, and the rest is still worth a backup.
            expect_done(files_.truncate(target->number(), end), "lengthen", path);
        } else {
            copy_range(files_, source->number(), target->number(), at, end, path, tick_);
            sum_.copied += end - at;
        }
        check_records(number, target->number(), at);
    }

    /// Whether the copy up to there is this segment's: a store that was put back
    /// to an older state by hand has written something else behind it.
    bool goes_on(std::int64_t number, int file, std::uint64_t end)
    {
        Query row(snapshot_,
                  "SELECT body, octets, checksum, offset FROM temp.place WHERE segment = ? AND used = 1 AND "
                  "offset < ? ORDER BY offset DESC LIMIT 1",
                  number, end);
        if (!row.step()) return true; // nothing is there that matters
        std::array<char, record_header_octets> header{};
        const auto octets = read_at(file, header, row.as<std::uint64_t>(3));
        const auto record = octets ? parse_header({header.data(), *octets}) : std::nullopt;
        return record && record->body == row.integer(0) && record->octets == row.as<std::uint32_t>(1) &&
               record->checksum == row.as<std::uint32_t>(2);
    }

    void check_records(std::int64_t number, int file, std::uint64_t from)
    {
        std::string record;
        Query row(snapshot_,
                  "SELECT body, octets, checksum, offset FROM temp.place WHERE segment = ? AND used = 1 AND "
                  "offset >= ? AND body NOT IN (SELECT body FROM temp.shelved) ORDER BY offset",
                  number, from);
        while (row.step()) {
            const Record expected{.body = row.integer(0),
                                  .octets = row.as<std::uint32_t>(1),
                                  .checksum = row.as<std::uint32_t>(2)};
            record.resize(record_header_octets + expected.octets);
            const auto octets = read_at(file, record, row.as<std::uint64_t>(3));
            if (!octets || !parse_body(std::string_view(record).substr(0, *octets), expected)) ++sum_.damaged;
        }
    }

    void copy_files()
    {
        for (std::int64_t from = 0;;) {
            std::vector<Place> places;
            {
                Query row(snapshot_,
                          "SELECT id, tier, segment, offset, octets, checksum FROM body WHERE id > ? AND "
                          "tier = 2 ORDER BY id LIMIT ?",
                          from, copied_at_once);
                while (row.step())
                    places.push_back(place_of(row, 0));
            }
            for (const auto& place : places)
                copy_one(place);
            if (places.empty()) return;
            from = places.back().body;
        }
    }

    void copy_one(const Place& place)
    {
        const auto name = BodyStore::name_of(place.body);
        const auto path = folder_.bodies() / name;
        // Names are never used again, and files get theirs once they are synced.
        if (std::filesystem::exists(path)) return;
        const auto part = folder_.bodies() / "part";
        expect_done(files_.remove(part), "remove", part);
        if (!std::filesystem::exists(layout_.files / name)) {
            ++sum_.damaged; // lost in the store
            return;
        }
        const auto copied = copy_file(files_, layout_.files / name, part, tick_);
        if (copied.octets != place.octets || copied.checksum != place.checksum) ++sum_.damaged;
        expect_done(files_.rename(part, path), "rename", part);
        sum_.copied += copied.octets;
    }

    const Layout& layout_;
    Files& files_;
    const BackupFolder& folder_;
    Database& snapshot_;
    const Extents& known_;
    const Tick& tick_;
    CopiedBodies sum_;
};

/// Files of that folder which `needed` does not know.
std::uint64_t drop_files(Files& files, const std::filesystem::path& folder, Database& snapshot,
                         const char* needed)
{
    std::vector<std::filesystem::path> unneeded;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto number = number_of_file(entry.path());
        if (number && !Query(snapshot, needed, *number).step()) unneeded.push_back(entry.path());
    }
    for (const auto& path : unneeded)
        expect_done(files.remove(path), "remove", path);
    return unneeded.size();
}

/// Gives back what of a segment's copy has no row.
void punch_holes(Files& files, const std::filesystem::path& path, Database& snapshot, std::int64_t number,
                 std::uint64_t end)
{
    Descriptor file;
    std::uint64_t at = 0;
    const auto hole = [&](std::uint64_t to) {
        if (to < at + least_hole) return;
        if (!file) {
            auto opened = files.open(path, O_RDWR);
            if (!opened) expect_done(opened.error(), "open", path);
            file = std::move(*opened);
        }
        const auto error = files.punch(file.number(), at, to - at);
        if (error == boost::system::errc::operation_not_supported) return; // the copy stays as large as it is
        expect_done(error, "give back space of", path);
    };
    Query row(snapshot,
              "SELECT offset, octets FROM temp.place WHERE segment = ? AND used = 1 ORDER BY offset", number);
    while (row.step()) {
        hole(row.as<std::uint64_t>(0));
        at = row.as<std::uint64_t>(0) + record_header_octets + row.as<std::uint64_t>(1);
    }
    hole(end);
}

} // namespace

CopiedBodies copy_bodies(const Layout& layout, Files& files, const BackupFolder& folder, Database& snapshot,
                         const Extents& known, const Tick& tick)
{
    return BodyBackup(layout, files, folder, snapshot, known, tick).run();
}

std::uint64_t drop_unneeded(Files& files, const BackupFolder& folder, Database& snapshot)
{
    auto dropped = drop_files(files, folder.segments(), snapshot, "SELECT 1 FROM segment WHERE number = ?");
    dropped += drop_files(files, folder.bodies(), snapshot, "SELECT 1 FROM body WHERE id = ? AND tier = 2");
    std::vector<std::pair<std::int64_t, std::uint64_t>> sparse;
    for (Query row(snapshot, "SELECT number, end FROM segment WHERE live < end ORDER BY number"); row.step();)
        sparse.emplace_back(row.integer(0), row.as<std::uint64_t>(1));
    for (const auto& [number, end] : sparse)
        punch_holes(files, folder.segments() / BodyStore::name_of(number), snapshot, number, end);
    return dropped;
}

} // namespace pillarbox::storage::sqlite

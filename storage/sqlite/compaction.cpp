#include "storage/sqlite/compaction.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/garbage.hpp"
#include "storage/sqlite/placing.hpp"
#include "storage/sqlite/stray.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// One piece: some milliseconds of either thread of the writer.
constexpr std::size_t records_at_once = 100;
constexpr std::uint64_t moved_at_once = 512ull * 1024;

constexpr auto after_failure = 10min; // a full disk, mostly

/// A record on its way to another place.
struct MovedRecord
{
    Place from;
    std::string octets; // header and body
    BodyStore::Written to;
};

class Moving
{
public:
    Moving(Core& core, std::vector<MovedRecord> copies) : core_(&core), copies_(std::move(copies)) {}

    void write_body(BodyStore& bodies)
    {
        for (auto& copy : copies_)
            bodies.put_again(copy.from, std::string_view(copy.octets).substr(record_header_octets), copy.to);
    }

    Result<void> operator()(Database& database)
    {
        for (const auto& copy : copies_) {
            if (copy.to.error) return copy.to.error;
            const bool moved = change_place(database, copy.from, copy.to.place);
            // Released meanwhile, it is garbage where it was, and the copy is as well.
            insert_garbage(database, moved ? copy.from : copy.to.place);
            count_record(database, copy.to.place, moved);
        }
        return boost::system::in_place_value;
    }

    void settle(bool committed)
    {
        if (committed) return;
        for (const auto& copy : copies_) {
            if (copy.to.place.segment != 0 && !copy.to.error) core_->discard(copy.to.place);
        }
    }

private:
    static bool change_place(Database& database, const Place& from, const Place& to)
    {
        const auto changed =
            database.run("UPDATE body SET segment = ?, offset = ? WHERE id = ? AND tier = ? AND segment = ? "
                         "AND offset = ?",
                         to.segment, to.offset, from.body, Tier::segment, from.segment, from.offset);
        if (changed == 0) return false;
        database.run("UPDATE segment SET live = live - ? WHERE number = ?", from.record_octets(),
                     from.segment);
        return true;
    }

    Core* core_;
    std::vector<MovedRecord> copies_;
};

/// Those of the places that a row still names.
Result<std::vector<Place>> in_use(Database& database, const std::vector<Place>& places)
{
    std::vector<Place> used;
    for (const auto& place : places) {
        const bool known =
            Query(database,
                  "SELECT 1 FROM body WHERE id = ? AND tier = ? AND segment = ? AND offset = ? "
                  "AND octets = ? AND checksum = ?",
                  place.body, place.tier, place.segment, place.offset, place.octets, place.checksum)
                .step();
        if (known) used.push_back(place);
    }
    return used;
}

} // namespace

bool Compaction::step()
{
    if (Clock::now() < not_before_ || others_read(core_)) return false;
    if (segment_ == 0 && !begin()) return false;
    auto places = next_places();
    if (places.empty()) {
        finish();
        return true;
    }
    auto look = [places = std::move(places)](Database& database) { return in_use(database, places); };
    auto used = submit_and_wait(*core_.readers, std::move(look));
    if (used && (used->empty() || move(std::move(*used)))) return true;
    segment_ = 0;
    not_before_ = Clock::now() + after_failure;
    return false;
}

bool Compaction::begin()
{
    // The last one of a lane may grow.
    auto find = [](Database& database) -> Result<std::vector<Sparse>> {
        std::vector<Sparse> sparse;
        Query row(database, "SELECT number, live FROM segment WHERE live > 0 AND live < end / 2 AND number "
                            "NOT IN (SELECT max(number) FROM segment GROUP BY number % 2) ORDER BY live");
        while (row.step())
            sparse.push_back({row.integer(0), row.as<std::uint64_t>(1)});
        return sparse;
    };
    const auto sparse = submit_and_wait(*core_.readers, find);
    if (!sparse) return false;
    for (const auto& segment : *sparse) {
        const auto left = left_.find(segment.number);
        if (left != left_.end() && left->second == segment.live) continue;
        if (!has_room(segment.live)) return false; // the others need more
        if (worth_it(segment)) {
            scan(segment);
            return true;
        }
        left_[segment.number] = segment.live;
    }
    return false;
}

/// Holes may have given most of it back: then moving the rest costs more than it
/// is worth.
bool Compaction::worth_it(const Sparse& segment)
{
    auto file = core_.files().open(core_.layout.segments / BodyStore::name_of(segment.number), O_RDONLY);
    struct stat about{};
    // One that cannot be read is reported once it was tried.
    if (file && ::fstat(file->number(), &about) == 0) {
        const auto taken = static_cast<std::uint64_t>(about.st_blocks) * 512;
        if (segment.live > taken - taken / 8) return false;
    }
    file_ = file ? std::move(*file) : Descriptor();
    return true;
}

/// Below twice the reserve the vault yields, and below the reserve mail is
/// refused: this must lead to neither.
bool Compaction::has_room(std::uint64_t octets) const
{
    const auto reserve = core_.options.disk_reserve;
    const auto free = core_.free_octets();
    return free >= (free < reserve * 2 ? reserve : reserve * 2) + octets;
}

void Compaction::scan(const Sparse& segment)
{
    segment_ = segment.number;
    next_ = 0;
    records_.clear();
    const auto end = file_ ? size_of(file_.number()) : 0;
    if (!end) return;
    for_each_stray(file_.number(), 0, *end,
                   [this](std::uint64_t offset, std::uint64_t, const std::optional<Record>& record) {
                       if (record) records_.push_back({offset, *record});
                   });
}

std::vector<Place> Compaction::next_places()
{
    std::vector<Place> places;
    for (std::uint64_t octets = 0; next_ < records_.size() && places.size() < records_at_once; ++next_) {
        const auto& [offset, record] = records_[next_];
        octets += record_header_octets + record.octets;
        if (octets > moved_at_once && !places.empty()) break;
        places.push_back({.body = record.body,
                          .tier = Tier::segment,
                          .segment = segment_,
                          .offset = offset,
                          .octets = record.octets,
                          .checksum = record.checksum});
    }
    return places;
}

/// False when the writer could not.
bool Compaction::move(std::vector<Place> places)
{
    std::vector<MovedRecord> copies;
    std::uint64_t octets = 0;
    for (auto& place : places) {
        std::string record(static_cast<std::size_t>(place.record_octets()), '\0');
        if (!read_body(file_.number(), place, record)) continue;
        octets += record.size();
        copies.push_back({.from = place, .octets = std::move(record), .to = {}});
    }
    if (copies.empty()) return true;
    return has_room(octets) &&
           submit_and_wait(*core_.writer, Moving(core_, std::move(copies)), octets).has_value();
}

/// What still lives there could not be read.
void Compaction::finish()
{
    struct Remains
    {
        std::uint64_t live = 0;
        std::uint64_t shelved = 0; // of it, by a repair, which knew that it is damaged
    };
    auto look = [segment = segment_](Database& database) -> Result<Remains> {
        Query row(
            database,
            "SELECT live, (SELECT coalesce(sum(octets + ?2), 0) FROM body WHERE id IN (SELECT msg.body "
            "FROM quarantine CROSS JOIN msg ON msg.id = quarantine.msg) AND tier = ?3 AND segment = number) "
            "FROM segment WHERE number = ?1",
            segment, record_header_octets, Tier::segment);
        if (!row.step()) return Remains{};
        return Remains{row.as<std::uint64_t>(0), row.as<std::uint64_t>(1)};
    };
    const auto remains = submit_and_wait(*core_.readers, look);
    const auto segment = std::exchange(segment_, 0);
    file_ = Descriptor();
    records_.clear();
    if (!remains || remains->live == 0) return;
    left_[segment] = remains->live;
    if (remains->live <= remains->shelved) return;
    core_.report(
        Observer::Severity::error, "a segment of the mail store is damaged",
        (core_.layout.segments / BodyStore::name_of(segment)).string() + ": " +
            std::to_string(remains->live - remains->shelved) +
            " octets of mail in it cannot be read, and stay where they are; see whose they are with: "
            "pillarbox verify, and restore them from a backup");
}

} // namespace pillarbox::storage::sqlite

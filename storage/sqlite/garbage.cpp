#include "storage/sqlite/garbage.hpp"

#include "storage/sqlite/core.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

// One Op of these takes a few milliseconds of the row thread.
constexpr int garbage_at_once = 500;
constexpr int most_garbage = 10'000; // looked at in one round

Result<std::vector<Place>> list_garbage(Database& database)
{
    std::vector<Place> places;
    // By place: neighbours go as one hole.
    Query row(database,
              "SELECT body, tier, segment, offset, octets FROM garbage ORDER BY segment, offset LIMIT ?",
              most_garbage);
    while (row.step())
        places.push_back({.body = row.integer(0),
                          .tier = row.as<Tier>(1),
                          .segment = row.integer(2),
                          .offset = row.as<std::uint64_t>(3),
                          .octets = row.as<std::uint64_t>(4)});
    return places;
}

Result<void> forget_garbage(Database& database, const std::vector<Place>& places)
{
    for (const auto& place : places) {
        database.run("DELETE FROM garbage WHERE segment = ? AND offset = ? AND body = ?", place.segment,
                     place.offset, place.body);
        if (place.tier == Tier::segment)
            database.run("UPDATE segment SET bodies = bodies - 1 WHERE number = ?", place.segment);
    }
    return boost::system::in_place_value;
}

/// Two counters must agree that no row has a body there. The last segment of a
/// lane may grow, and numbers go on behind it.
Result<std::vector<std::int64_t>> list_unused_segments(Database& database)
{
    std::vector<std::int64_t> segments;
    Query row(database, "SELECT number FROM segment WHERE live <= 0 AND "
                        "bodies = (SELECT count(*) FROM garbage WHERE garbage.segment = number) AND "
                        "number NOT IN (SELECT max(number) FROM segment GROUP BY number % 2)");
    while (row.step())
        segments.push_back(row.integer(0));
    return segments;
}

/// Whether no reader has a place in the segment; a segment that nothing lives in
/// gets no others.
bool nobody_reads(Core& core, std::int64_t segment)
{
    auto find = [segment](Database& database) -> Result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> bodies;
        Query row(database, "SELECT body FROM garbage WHERE segment = ?", segment);
        while (row.step())
            bodies.push_back(row.integer(0));
        return bodies;
    };
    const auto bodies = submit_and_wait(*core.readers, find);
    if (!bodies) return false;
    const auto epoch = core.holds->epoch();
    return std::ranges::all_of(*bodies, [&](auto body) { return core.holds->may_free(body, epoch); });
}

/// First its rows: without them, a crash leaves a file that the next start
/// removes, and with them it would miss one. False when it has to wait.
bool remove_segment(Core& core, std::int64_t segment)
{
    auto forget = [segment](Database& database) -> Result<bool> {
        // In this transaction: who reads from now on does not know the segment.
        if (leased(database)) return false;
        database.run("DELETE FROM garbage WHERE segment = ?", segment);
        database.run("DELETE FROM segment WHERE number = ?", segment);
        return true;
    };
    const auto forgotten = submit_and_wait(*core.writer, forget);
    if (!forgotten || !*forgotten) return false;
    if (const auto error = core.bodies->remove_segment(segment))
        core.report(Observer::Severity::warning, "space could not be given back",
                    error.message() + "; the next start tries again");
    return true;
}

} // namespace

bool others_read(Core& core)
{
    auto ask = [](Database& database) -> Result<bool> { return leased(database); };
    const auto answer = submit_and_wait(*core.readers, ask);
    return !answer || *answer; // when in doubt, wait
}

bool free_garbage(Core& core)
{
    auto garbage = submit_and_wait(*core.readers, list_garbage);
    if (!garbage) return false;
    // Who opened a message before this had perhaps seen its row; later ones cannot.
    const auto epoch = core.holds->epoch();
    std::erase_if(*garbage, [&](const Place& place) { return !core.holds->may_free(place.body, epoch); });
    if (others_read(core)) return false; // asked after the list: who comes now finds none of these
    const bool more = garbage->size() > garbage_at_once;
    if (more) garbage->resize(garbage_at_once);
    if (garbage->empty()) return false;
    if (const auto error = core.bodies->remove(*garbage)) {
        core.report(Observer::Severity::warning, "space could not be given back", error.message());
        return false;
    }
    auto work = [places = std::move(*garbage)](Database& database) {
        return forget_garbage(database, places);
    };
    const auto forgotten = submit_and_wait(*core.writer, std::move(work));
    return forgotten && more;
}

void remove_segments(Core& core)
{
    const auto segments = submit_and_wait(*core.readers, list_unused_segments);
    if (!segments) return;
    for (const auto segment : *segments) {
        if (nobody_reads(core, segment) && !remove_segment(core, segment)) return;
    }
}

} // namespace pillarbox::storage::sqlite

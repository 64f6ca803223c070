#include "storage/sqlite/upkeep.hpp"

#include "storage/sqlite/changes.hpp"
#include "storage/sqlite/core.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto rest = 2s;     // between two rounds, so that removals gather
constexpr auto longest = 20s; // what other processes removed nobody tells us

// One Op of these takes a few milliseconds of the row thread.
constexpr int dead_at_once = 200;
constexpr int garbage_at_once = 500;
constexpr int most_garbage = 10'000; // looked at in one round
constexpr int pages_at_once = 500;
constexpr std::size_t changes_at_once = 2'000;

/// A message that is gone from its mailbox.
struct Dead
{
    std::int64_t msg;
    std::int64_t body;
    std::uint64_t octets; // that come back with it
};

/// Up to `dead_at_once` of those that no maildrop shows and that the vault
/// keeps until then at most, the next to go first. Whoever opens a maildrop
/// from now on does not see them: their removal has been committed.
Result<std::vector<Dead>> find_dead(Database& database, const Holds& holds, Time until)
{
    std::vector<Dead> dead;
    Query row(database,
              "SELECT dead.msg, msg.body, dead.account, dead.modseq, iif(body.refs = 1, body.octets, 0) "
              "FROM dead JOIN msg ON msg.id = dead.msg JOIN body ON body.id = msg.body "
              "WHERE dead.until <= ? ORDER BY dead.until, dead.msg",
              until);
    while (dead.size() < dead_at_once && row.step()) {
        if (holds.maildrop_shows(row.as<AccountId>(2), row.as<std::uint64_t>(3))) continue;
        dead.push_back({row.integer(0), row.integer(1), row.as<std::uint64_t>(4)});
    }
    return dead;
}

Result<void> bury(Database& database, const std::vector<Dead>& dead)
{
    for (const auto& one : dead) {
        database.run("DELETE FROM dead WHERE msg = ?", one.msg);
        database.run("DELETE FROM msg WHERE id = ?", one.msg);
        release_body(database, one.body);
    }
    return boost::system::in_place_value;
}

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
        database.run("DELETE FROM garbage WHERE body = ?", place.body);
        if (place.tier == Tier::segment)
            database.run("UPDATE segment SET bodies = bodies - 1 WHERE number = ?", place.segment);
    }
    return boost::system::in_place_value;
}

} // namespace

Upkeep::Upkeep(Core& core) : core_(core)
{
    if (core.underneath.upkeep_by_itself) thread_ = std::thread([this] { work(); });
}

Upkeep::~Upkeep()
{
    stop();
}

void Upkeep::wake()
{
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(wanted_, true)) return;
    }
    woken_.notify_one();
}

void Upkeep::stop()
{
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopping_, true)) return;
    }
    woken_.notify_one();
    if (thread_.joinable()) thread_.join();
    write_touches();
}

bool Upkeep::stopping() const
{
    const std::lock_guard lock(mutex_);
    return stopping_;
}

void Upkeep::work()
{
    while (true) {
        {
            std::unique_lock lock(mutex_);
            woken_.wait_for(lock, longest, [this] { return stopping_ || wanted_; });
            if (stopping_) return;
            wanted_ = false;
        }
        run_once();
        std::unique_lock lock(mutex_);
        woken_.wait_for(lock, rest, [this] { return stopping_; });
    }
}

void Upkeep::run_once()
{
    const std::lock_guard lock(running_);
    if (!core_.writer->healthy()) return;
    core_.reserve.restore(core_.free_octets() - std::min(core_.free_octets(), core_.options.disk_reserve));
    write_touches();
    sweep_sessions();
    forget_old_changes();
    core_.free_discarded();
    while (!stopping() && bury_dead(now()).more) {
    }
    make_the_vault_yield();
    while (!stopping() && free_garbage()) {
    }
    remove_empty_segments();
    shrink_database();
}

void Upkeep::write_touches()
{
    decltype(core_.touches.used) used;
    {
        const std::lock_guard lock(core_.touches.mutex);
        used.swap(core_.touches.used);
    }
    if (used.empty()) return;
    auto work = [used = std::move(used)](Database& database) -> Result<void> {
        for (const auto& [password, when] : used)
            database.run("UPDATE app_password SET last_used = ? WHERE account = ? AND label = ?", when,
                         password.first, password.second);
        return boost::system::in_place_value;
    };
    // When it is lost, a device seems to have signed in a little earlier.
    static_cast<void>(submit_and_wait(*core_.writer, std::move(work)));
}

Upkeep::Buried Upkeep::bury_dead(Time until)
{
    auto find = [holds = core_.holds, until](Database& database) {
        return find_dead(database, *holds, until);
    };
    auto dead = submit_and_wait(*core_.readers, std::move(find));
    if (!dead || dead->empty()) return {};
    Buried result{.messages = dead->size(), .octets = 0, .more = dead->size() == dead_at_once};
    std::vector<std::int64_t> bodies;
    for (const auto& one : *dead) {
        bodies.push_back(one.body);
        result.octets += one.octets;
    }
    auto work = [dead = std::move(*dead)](Database& database) { return bury(database, dead); };
    if (!submit_and_wait(*core_.writer, std::move(work))) return {};
    if (core_.indexer) core_.indexer->gone(std::move(bodies));
    return result;
}

void Upkeep::make_the_vault_yield()
{
    // Below the reserve new mail is refused: this begins before.
    const auto wanted = core_.options.disk_reserve * 2;
    const auto free = core_.free_octets();
    if (free >= wanted || others_read()) return; // nothing would come back while others read
    Buried all;
    while (!stopping() && all.octets < wanted - free) {
        const auto buried = bury_dead(Time::max());
        all.messages += buried.messages;
        all.octets += buried.octets;
        if (!buried.more) break;
    }
    if (all.messages == 0) return;
    core_.report(Observer::Severity::warning,
                 "the disk is nearly full: deleted messages went before their time",
                 std::to_string(all.messages) + " messages, " + std::to_string(all.octets) + " octets");
}

bool Upkeep::others_read()
{
    auto ask = [](Database& database) -> Result<bool> { return leased(database); };
    const auto answer = submit_and_wait(*core_.readers, ask);
    return !answer || *answer; // when in doubt, wait
}

bool Upkeep::free_garbage()
{
    auto garbage = submit_and_wait(*core_.readers, list_garbage);
    if (!garbage) return false;
    // Who opened a message before this had perhaps seen its row; later ones cannot.
    const auto epoch = core_.holds->epoch();
    std::erase_if(*garbage, [&](const Place& place) { return !core_.holds->may_free(place.body, epoch); });
    if (others_read()) return false; // asked after the list: who comes now finds none of these
    const bool more = garbage->size() > garbage_at_once;
    if (more) garbage->resize(garbage_at_once);
    if (garbage->empty()) return false;
    if (const auto error = core_.bodies->remove(*garbage)) {
        core_.report(Observer::Severity::warning, "space could not be given back", error.message());
        return false;
    }
    auto work = [places = std::move(*garbage)](Database& database) {
        return forget_garbage(database, places);
    };
    const auto forgotten = submit_and_wait(*core_.writer, std::move(work));
    return forgotten && more;
}

void Upkeep::remove_empty_segments()
{
    // The last one of a lane may grow; numbers go on behind it.
    auto find = [](Database& database) -> Result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> segments;
        Query row(database, "SELECT number FROM segment WHERE bodies <= 0 AND number NOT IN "
                            "(SELECT max(number) FROM segment GROUP BY number % 2)");
        while (row.step())
            segments.push_back(row.integer(0));
        return segments;
    };
    const auto segments = submit_and_wait(*core_.readers, find);
    if (!segments || segments->empty() || others_read()) return;
    for (const auto segment : *segments) {
        if (const auto error = core_.bodies->remove_segment(segment)) {
            core_.report(Observer::Severity::warning, "space could not be given back", error.message());
            return;
        }
    }
    auto forget = [gone = *segments](Database& database) -> Result<void> {
        for (const auto segment : gone)
            database.run("DELETE FROM segment WHERE number = ?", segment);
        return boost::system::in_place_value;
    };
    static_cast<void>(submit_and_wait(*core_.writer, std::move(forget))); // tried again next time
}

void Upkeep::sweep_sessions()
{
    auto any = [](Database& database) -> Result<void> {
        if (Query(database, "SELECT 1 FROM web_session WHERE expires <= ? LIMIT 1", now()).step())
            return boost::system::in_place_value;
        return make_error_code(Errc::not_found);
    };
    if (!submit_and_wait(*core_.readers, any)) return; // asked of a reader: mostly there is none
    auto sweep = [](Database& database) -> Result<void> {
        database.run("DELETE FROM web_session WHERE expires <= ?", now());
        return boost::system::in_place_value;
    };
    static_cast<void>(submit_and_wait(*core_.writer, sweep)); // tried again next time
}

void Upkeep::forget_old_changes()
{
    const auto kept = core_.underneath.changes_to_tell;
    auto find = [kept](Database& database) -> Result<std::optional<AccountId>> {
        return too_much_to_tell(database, kept);
    };
    while (!stopping()) {
        const auto account = submit_and_wait(*core_.readers, find);
        if (!account || !*account) return;
        auto forget = [kept, account = **account](Database& database) -> Result<bool> {
            return forget_changes(database, account, kept, changes_at_once);
        };
        Result<bool> more = true;
        while (more && *more && !stopping())
            more = submit_and_wait(*core_.writer, forget);
        if (!more) return; // tried again next time
    }
}

void Upkeep::shrink_database()
{
    auto count = [](Database& database) -> Result<std::int64_t> {
        Query row(database, "PRAGMA freelist_count");
        row.step();
        return row.integer(0);
    };
    while (!stopping() && core_.writer->idle()) {
        const auto free = submit_and_wait(*core_.readers, count);
        if (!free || *free < pages_at_once) return; // a few are soon used again
        auto shrink = [](Database& database) -> Result<void> {
            database.run("PRAGMA incremental_vacuum(500)");
            return boost::system::in_place_value;
        };
        if (!submit_and_wait(*core_.writer, shrink)) return;
    }
}

} // namespace pillarbox::storage::sqlite

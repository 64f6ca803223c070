#include "storage/sqlite/upkeep.hpp"

#include "storage/sqlite/changes.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/expiry.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/garbage.hpp"
#include "storage/sqlite/removal.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto rest = 2s;               // between two rounds, so that removals gather
constexpr auto longest_sleep = 20s;     // what other processes removed nobody tells us
constexpr auto longest_compaction = 1s; // in one round: other duties wait
constexpr auto between_removals = 1h;   // of what all devices have: every message is looked at
constexpr int busy_rest = 20;           // times as long as a piece took
constexpr auto between_expiries = 1h;   // its terms are days

// One Op of these takes a few milliseconds of the row thread.
constexpr int dead_at_once = 200;
constexpr int freed_pages_at_once = 500;
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

} // namespace

Upkeep::Upkeep(Core& core) : core_(core), compaction_(core)
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
    write_visits();
    core_.write_noted();
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
            woken_.wait_for(lock, longest_sleep, [this] { return stopping_ || wanted_; });
            if (stopping_) return;
            wanted_ = false;
        }
        do_all(Pace::gently);
        if (pause(rest)) return;
    }
}

/// Whether it is to stop.
bool Upkeep::pause(std::chrono::steady_clock::duration time)
{
    std::unique_lock lock(mutex_);
    return woken_.wait_for(lock, time, [this] { return stopping_; });
}

void Upkeep::run_once()
{
    do_all(Pace::at_once);
}

void Upkeep::do_all(Pace pace)
{
    const std::lock_guard lock(running_);
    if (!core_.writer->healthy()) return;
    core_.reserve.restore(core_.free_octets() - std::min(core_.free_octets(), core_.options.disk_reserve));
    write_touches();
    write_visits();
    core_.write_noted();
    sweep_sessions();
    forget_old_changes();
    forget_old_events();
    core_.bury_discarded();
    expire_mail(pace);
    let_go_of_fetched(pace);
    while (!stopping() && bury_dead(now()).more) {
    }
    make_the_vault_yield();
    give_back_space();
    if (compact(pace)) give_back_space();
    shrink_database();
}

void Upkeep::write_touches()
{
    decltype(core_.touches.used) used;
    decltype(core_.touches.sessions) sessions;
    decltype(core_.touches.tokens) tokens;
    {
        const std::lock_guard lock(core_.touches.mutex);
        used.swap(core_.touches.used);
        sessions.swap(core_.touches.sessions);
        tokens.swap(core_.touches.tokens);
    }
    if (used.empty() && sessions.empty() && tokens.empty()) return;
    auto work = [used = std::move(used), sessions = std::move(sessions),
                 tokens = std::move(tokens)](Database& database) -> Result<void> {
        for (const auto& [password, when] : used)
            database.run("UPDATE app_password SET last_used = ? WHERE account = ? AND label = ?", when,
                         password.first, password.second);
        for (const auto& [digest, seen] : sessions)
            database.run("UPDATE web_session SET last_seen = ?, peer = ? WHERE digest = ?", seen.first,
                         seen.second, Blob{digest});
        for (const auto& [token, when] : tokens)
            database.run("UPDATE api_token SET last_used = ? WHERE id = ?", when, token);
        return boost::system::in_place_value;
    };
    // When it is lost, a program seems to have signed in a little earlier.
    static_cast<void>(submit_and_wait(*core_.writer, std::move(work)));
}

void Upkeep::write_visits()
{
    auto visits = core_.visits.take();
    if (visits.empty()) return;
    static_cast<void>(
        submit_and_wait(*core_.writer, WriteVisits{core_, std::move(visits)})); // says so itself
}

void Upkeep::expire_mail(Pace pace)
{
    using Clock = std::chrono::steady_clock;
    const auto expire = core_.expire.load();
    const bool due = Clock::now() >= next_expiry_ || expire != last_expire_;
    if (pace == Pace::gently && !due) return;
    std::size_t removed = 0;
    std::optional<ExpiryCursor> at = ExpiryCursor{};
    while (at && !stopping()) {
        const auto began = Clock::now();
        auto find = [expire, from = *at](Database& database) {
            return find_expired(database, expire, now(), from);
        };
        auto found = submit_and_wait(*core_.readers, find);
        if (!found) return; // tried again next time
        at = found->next;
        if (found->messages.empty()) continue;
        removed += found->messages.size();
        auto work = [messages = std::move(found->messages),
                     until = kept_until(core_.options.vault)](Database& database) -> Result<void> {
            remove_expired(database, messages, until);
            return boost::system::in_place_value;
        };
        if (!submit_and_wait(*core_.writer, std::move(work))) return;
        // It rests as long as it works: years of mail go when a term is set.
        if (pace == Pace::gently && pause(Clock::now() - began)) return;
    }
    if (at) return;
    last_expire_ = expire;
    next_expiry_ = Clock::now() + between_expiries;
    if (removed == 0) return;
    core_.report(Observer::Severity::info, "mail has left Inboxes after its time",
                 std::to_string(removed) + " messages");
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
    if (free >= wanted || others_read(core_)) return; // nothing would come back while others read
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

void Upkeep::give_back_space()
{
    remove_segments(core_); // first, for what goes as a whole needs no holes
    while (!stopping() && free_garbage(core_)) {
    }
}

/// Gently, it rests as long as it works, and much longer while others write.
bool Upkeep::compact(Pace pace)
{
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + longest_compaction;
    bool any = false;
    while (!stopping()) {
        const auto began = Clock::now();
        if (!compaction_.step()) break;
        any = true;
        if (pace == Pace::at_once) continue;
        const auto took = Clock::now() - began;
        if (pause(took)) break;
        if (!core_.writer->idle() && pause(std::min<Clock::duration>(took * busy_rest, longest_compaction)))
            break;
        if (Clock::now() < until) continue;
        wake();
        break;
    }
    return any;
}

void Upkeep::sweep_sessions()
{
    auto any = [](Database& database) -> Result<void> {
        if (Query(database,
                  "SELECT 1 FROM web_session WHERE expires <= ?1 UNION ALL "
                  "SELECT 1 FROM reset_link WHERE expires <= ?1 LIMIT 1",
                  now())
                .step())
            return boost::system::in_place_value;
        return make_error_code(Errc::not_found);
    };
    if (!submit_and_wait(*core_.readers, any)) return; // asked of a reader: mostly there is none
    auto sweep = [](Database& database) -> Result<void> {
        database.run("DELETE FROM web_session WHERE expires <= ?", now());
        database.run("DELETE FROM reset_link WHERE expires <= ?", now());
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

void Upkeep::forget_old_events()
{
    const auto before = now() - core_.options.events_keep;
    const auto most = core_.options.events_most;
    auto any = [before, most](Database& database) -> Result<bool> {
        return too_many_events(database, before, most);
    };
    auto forget = [before, most](Database& database) -> Result<void> {
        forget_events(database, before, most);
        return boost::system::in_place_value;
    };
    while (!stopping()) {
        const auto more = submit_and_wait(*core_.readers, any); // mostly there are none
        if (!more || !*more) return;
        if (!submit_and_wait(*core_.writer, forget)) return; // tried again next time
    }
}

void Upkeep::let_go_of_fetched(Pace pace)
{
    const auto now = std::chrono::steady_clock::now();
    if (pace == Pace::gently && now < next_removal_) return;
    next_removal_ = now + between_removals;
    remove_all_fetched(core_, [this] { return stopping(); });
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
        if (!free || *free < freed_pages_at_once) return; // a few are soon used again
        auto shrink = [](Database& database) -> Result<void> {
            database.run("PRAGMA incremental_vacuum(500)");
            return boost::system::in_place_value;
        };
        if (!submit_and_wait(*core_.writer, shrink)) return;
    }
}

} // namespace pillarbox::storage::sqlite

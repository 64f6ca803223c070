#include "storage/sqlite/ledger.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

/// How much of a run's time another message in it may be off.
constexpr std::chrono::seconds same_time{60};

struct Run
{
    std::int64_t first = 0; // uids
    std::int64_t last = 0;
    Time at{};
};

/// Where in the Inbox a device begins to count that came then: behind what was
/// there. Its sign-in may be noted a while later.
std::int64_t counts_from(Database& database, AccountId account, Time came)
{
    Query inbox(database, "SELECT id, uid_next FROM mailbox WHERE account = ? AND role = ?", account,
                MailboxRole::inbox);
    if (!inbox.step()) return 0;
    auto uid = inbox.integer(1);
    Query message(database, "SELECT uid, received FROM message WHERE mailbox = ? ORDER BY uid DESC",
                  inbox.integer(0));
    while (message.step() && message.as<Time>(1) >= came)
        uid = message.integer(0);
    return uid;
}

/// Nothing when the account or the app password is gone.
std::optional<std::int64_t> note_device(Database& database, const Visit& visit)
{
    Query row(database,
              "INSERT INTO device (account, label, first_seen, last_seen, peer, fetched) "
              "SELECT id, ?2, ?3, ?3, ?4, ?5 FROM account WHERE id = ?1 AND (?2 = '' OR EXISTS "
              "(SELECT 1 FROM app_password WHERE account = ?1 AND label = ?2)) "
              "ON CONFLICT (account, label) DO UPDATE SET "
              "peer = iif(excluded.last_seen >= last_seen, excluded.peer, peer), "
              "last_seen = max(last_seen, excluded.last_seen), fetched = fetched + excluded.fetched "
              "RETURNING id, since_uid",
              visit.account, visit.label, visit.at, visit.peer, visit.fetched.size());
    if (!row.step()) return std::nullopt;
    const auto device = row.integer(0);
    const bool is_new = row.null(1);
    row.step(); // to its end
    if (is_new)
        database.run("UPDATE device SET since_uid = ? WHERE id = ?",
                     counts_from(database, visit.account, visit.at), device);
    return device;
}

/// Adds runs of one device in one mailbox.
class Recorder
{
public:
    Recorder(Database& database, std::int64_t device, MailboxId mailbox)
        : database_(database), device_(device), mailbox_(mailbox)
    {}

    /// In the order of their uids.
    void add(const Fetched& one)
    {
        const std::int64_t uid = one.uid;
        if (uid <= known_to_) return;
        if (open_ && uid < next_known_ && goes_on(one)) {
            run_.last = uid;
            return;
        }
        close();
        if (find_known(uid)) return;
        run_ = {.first = uid, .last = uid, .at = one.at};
        open_ = true;
    }

    void close()
    {
        if (!open_) return;
        open_ = false;
        database_.run("INSERT INTO fetched (device, mailbox, first, last, at) SELECT ?1, ?2, ?3, ?4, ?5 "
                      "WHERE EXISTS (SELECT 1 FROM message WHERE mailbox = ?2 AND uid BETWEEN ?3 AND ?4)",
                      device_, mailbox_, run_.first, run_.last, run_.at);
    }

private:
    /// Uids that nobody has any more may lie between, and no message.
    bool goes_on(const Fetched& one)
    {
        if (std::chrono::abs(one.at - run_.at) >= same_time) return false;
        if (one.uid <= run_.last + 1) return true;
        return !Query(database_, "SELECT 1 FROM message WHERE mailbox = ? AND uid > ? AND uid < ? LIMIT 1",
                      mailbox_, run_.last, one.uid)
                    .step();
    }

    /// Whether the message is in a run already; where that ends, or else where
    /// the next one begins.
    bool find_known(std::int64_t uid)
    {
        Query before(database_,
                     "SELECT last FROM fetched WHERE device = ? AND mailbox = ? AND first <= ? "
                     "ORDER BY first DESC LIMIT 1",
                     device_, mailbox_, uid);
        if (before.step()) known_to_ = before.integer(0);
        if (uid <= known_to_) return true;
        Query after(database_,
                    "SELECT first FROM fetched WHERE device = ? AND mailbox = ? AND first > ? "
                    "ORDER BY first LIMIT 1",
                    device_, mailbox_, uid);
        next_known_ = after.step() ? after.integer(0) : std::numeric_limits<std::int64_t>::max();
        return false;
    }

    Database& database_;
    const std::int64_t device_;
    const MailboxId mailbox_;
    Run run_;
    bool open_ = false;
    std::int64_t known_to_ = 0;
    std::int64_t next_known_ = 0;
};

std::vector<std::int64_t> devices_of(Database& database, AccountId account)
{
    std::vector<std::int64_t> devices;
    for (Query row(database, "SELECT id FROM device WHERE account = ?", account); row.step();)
        devices.push_back(row.integer(0));
    return devices;
}

/// The device's runs that had any of the messages; `uids` in order.
std::vector<Run> runs_of(Database& database, std::int64_t device, std::int64_t mailbox,
                         const std::vector<std::int64_t>& uids)
{
    std::vector<Run> runs;
    for (const auto uid : uids) {
        if (!runs.empty() && uid <= runs.back().last) continue;
        Query row(database,
                  "SELECT first, last FROM fetched WHERE device = ? AND mailbox = ? AND first <= ? "
                  "ORDER BY first DESC LIMIT 1",
                  device, mailbox, uid);
        if (row.step() && row.integer(1) >= uid)
            runs.push_back({.first = row.integer(0), .last = row.integer(1)});
    }
    return runs;
}

} // namespace

void record(Database& database, const Visit& visit)
{
    const auto device = note_device(database, visit);
    if (!device || visit.fetched.empty()) return;
    auto fetched = visit.fetched;
    std::ranges::sort(fetched, {}, [](const Fetched& one) { return std::pair(one.uid, one.at); });
    Recorder recorder(database, *device, visit.mailbox);
    for (const auto& one : fetched)
        recorder.add(one);
    recorder.close();
}

void forget_fetched(Database& database, AccountId account, std::int64_t mailbox,
                    std::vector<std::int64_t> uids)
{
    const auto devices = devices_of(database, account);
    if (devices.empty()) return;
    std::ranges::sort(uids);
    for (const auto device : devices) {
        for (const auto& run : runs_of(database, device, mailbox, uids))
            database.run(
                "DELETE FROM fetched WHERE device = ?1 AND mailbox = ?2 AND first = ?3 AND NOT EXISTS "
                "(SELECT 1 FROM message WHERE mailbox = ?2 AND uid BETWEEN ?3 AND ?4)",
                device, mailbox, run.first, run.last);
    }
}

} // namespace pillarbox::storage::sqlite

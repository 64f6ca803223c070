#include "storage/sqlite/removal.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/expunge.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace pillarbox::storage::sqlite {
namespace {

// Looking at one such part takes a reader a few milliseconds.
constexpr int looked_at_once = 2'000;

/// Says which messages of an account's Inbox have been kept long enough.
class Judge
{
public:
    Judge(Database& database, AccountId account) : database_(database), now_(now())
    {
        {
            Query row(database,
                      "SELECT removal.grace, mailbox.id FROM removal JOIN mailbox ON "
                      "mailbox.account = removal.account AND mailbox.role = ?2 "
                      "WHERE removal.account = ?1",
                      account, MailboxRole::inbox);
            if (!row.step()) return;
            grace_ = std::chrono::seconds(row.integer(0));
            inbox_ = row.as<MailboxId>(1);
        }
        for (Query row(database, "SELECT id, since_uid FROM device WHERE account = ?", account); row.step();)
            devices_.push_back({.id = row.integer(0), .since_uid = row.integer(1)});
    }

    /// None where everything is kept.
    MailboxId inbox() const { return inbox_; }

    /// Whether one device has it at least, and every device that counts for it,
    /// all for as long as is asked.
    bool done_with(std::int64_t uid) const
    {
        bool any = false;
        for (const auto& device : devices_) {
            const auto had = had_since(device.id, uid);
            if (had && *had + grace_ > now_) return false;
            if (!had && uid >= device.since_uid) return false;
            any = any || had;
        }
        return any;
    }

private:
    struct Counted
    {
        std::int64_t id = 0;
        std::int64_t since_uid = 0; // what was there before may stay unfetched
    };

    std::optional<Time> had_since(std::int64_t device, std::int64_t uid) const
    {
        Query row(database_,
                  "SELECT last, at FROM fetched WHERE device = ? AND mailbox = ? AND first <= ? "
                  "ORDER BY first DESC LIMIT 1",
                  device, inbox_, uid);
        if (!row.step() || row.integer(0) < uid) return std::nullopt;
        return row.as<Time>(1);
    }

    Database& database_;
    const Time now_;
    std::chrono::seconds grace_{};
    MailboxId inbox_{};
    std::vector<Counted> devices_;
};

/// A part of an Inbox.
struct Part
{
    MailboxId inbox{};
    std::int64_t last = 0;            // uid; 0 when there is nothing behind it
    std::vector<std::int64_t> done{}; // uids of those that may go
};

Result<Part> look_behind(Database& database, AccountId account, std::int64_t uid)
{
    const Judge judge(database, account);
    Part part{.inbox = judge.inbox()};
    int looked_at = 0;
    Query row(database, "SELECT uid FROM message WHERE mailbox = ? AND uid > ? ORDER BY uid LIMIT ?",
              judge.inbox(), uid, looked_at_once);
    for (; row.step(); ++looked_at) {
        part.last = row.integer(0);
        if (judge.done_with(part.last)) part.done.push_back(part.last);
    }
    if (looked_at < looked_at_once) part.last = 0;
    return part;
}

Result<std::vector<AccountId>> accounts_that_remove(Database& database)
{
    std::vector<AccountId> accounts;
    for (Query row(database, "SELECT account FROM removal"); row.step();)
        accounts.push_back(row.as<AccountId>(0));
    return accounts;
}

} // namespace

bool lets_go_of_fetched(Database& database, AccountId account)
{
    return Query(database, "SELECT 1 FROM removal WHERE account = ?", account).step();
}

void remove_fetched(Database& database, AccountId account, MailboxId mailbox,
                    const std::vector<std::int64_t>& uids, Time until)
{
    if (until == Time{} || uids.empty()) return; // what goes must be to be had back
    const Judge judge(database, account);
    if (judge.inbox() != mailbox) return;
    std::vector<MessageId> messages;
    for (const auto uid : uids) {
        // What a person has starred stays.
        Query row(database, "SELECT msg FROM message WHERE mailbox = ? AND uid = ? AND flags & ? = 0",
                  judge.inbox(), uid, flag::flagged);
        if (row.step() && judge.done_with(uid)) messages.push_back(row.as<MessageId>(0));
    }
    expunge_messages(database, account, messages, until, {.text = "all devices have fetched it"});
}

void remove_all_fetched(Core& core, const std::function<bool()>& stop)
{
    if (core.options.vault.count() <= 0) return; // what goes must be to be had back
    const auto accounts = submit_and_wait(*core.readers, accounts_that_remove);
    if (!accounts) return; // tried again next time
    for (const auto account : *accounts) {
        std::int64_t uid = 0;
        do {
            auto look = [account, uid](Database& database) { return look_behind(database, account, uid); };
            auto part = submit_and_wait(*core.readers, look);
            if (!part || stop()) return;
            uid = part->last;
            if (part->done.empty()) continue;
            // Judged again: a device may have come meanwhile.
            auto remove = [account, inbox = part->inbox, uids = std::move(part->done),
                           until = kept_until(core.options.vault)](Database& database) -> Result<void> {
                remove_fetched(database, account, inbox, uids, until);
                return boost::system::in_place_value;
            };
            if (!submit_and_wait(*core.writer, std::move(remove))) return;
        } while (uid != 0);
    }
}

} // namespace pillarbox::storage::sqlite

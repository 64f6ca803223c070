#include "storage/sqlite/access.hpp"
#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/listed.hpp"
#include "storage/sqlite/placing.hpp"

#include <limits>
#include <string>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr auto select_vault =
    "SELECT dead.msg, dead.mailbox, dead.uid, dead.flags, dead.size, dead.modseq, dead.received, "
    "body.sender_name, body.sender_address, body.subject, body.preview, body.message_id, body.thread_key, "
    "body.date, body.attachments, dead.until "
    "FROM dead JOIN msg ON msg.id = dead.msg JOIN body ON body.id = msg.body "
    "WHERE dead.account = ?1 AND dead.until > ?2 AND dead.until <= ?3 AND (dead.until, dead.msg) < (?3, ?4) "
    "ORDER BY dead.until DESC, dead.msg DESC LIMIT ?5";

Result<std::vector<Kept>> page_of(Database& database, AccountId account, std::optional<VaultCursor> after,
                                  std::size_t limit)
{
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    const auto below =
        after.value_or(VaultCursor{.until = Time(std::chrono::seconds(last)), .message = MessageId{last}});
    std::vector<Kept> kept;
    Query row(database, select_vault, account, now(), below.until, below.message, limit);
    while (row.step())
        kept.push_back({.message = listed_of(row), .until = row.as<Time>(15)});
    return kept;
}

/// A message in the vault, with what its copy needs.
struct Deleted
{
    std::int64_t mailbox = 0;
    std::string trace;
    Copy copy;
};

std::optional<Deleted> find_deleted(Database& database, AccountId account, MessageId message)
{
    Query row(database,
              "SELECT dead.mailbox, msg.trace, msg.body, dead.size, dead.flags, dead.received FROM dead "
              "JOIN msg ON msg.id = dead.msg WHERE dead.msg = ? AND dead.account = ? AND dead.until > ?",
              message, account, now());
    if (!row.step()) return std::nullopt;
    return Deleted{.mailbox = row.integer(0),
                   .trace = row.as<std::string>(1),
                   .copy = {.account = account,
                            .body = row.integer(2),
                            .trace = {},
                            .size = row.as<std::uint64_t>(3),
                            .flags = row.as<std::uint32_t>(4),
                            .received = row.as<Time>(5)}};
}

/// It leaves the vault; a maildrop may still show it.
bool let_go(Database& database, AccountId account, MessageId message)
{
    return database.run("UPDATE dead SET until = 0 WHERE msg = ? AND account = ? AND until > ?", message,
                        account, now()) > 0;
}

/// Before its time.
bool forget_one(Database& database, AccountId account, MessageId message)
{
    const auto deleted = find_deleted(database, account, message);
    if (!deleted || !let_go(database, account, message)) return false;
    record_event(
        database,
        {.kind = EventKind::forgotten, .body = deleted->copy.body, .account = account, .message = message});
    return true;
}

/// As a new copy: clients have seen the old one's uid go, RFC 9051 §2.3.1.1.
Result<Placed> put_back(Database& database, AccountId account, MessageId message, std::uint64_t default_quota)
{
    auto deleted = find_deleted(database, account, message);
    if (!deleted) return make_error_code(Errc::not_found);
    auto where = entrance(database, account, MailboxId{deleted->mailbox}, default_quota);
    if (!where) where = entrance(database, account, MailboxRole::inbox, default_quota);
    if (!where) return where.error();
    deleted->copy.trace = deleted->trace;
    const auto placed = place(database, *where, deleted->copy);
    if (!placed) return placed;
    database.run("UPDATE body SET refs = refs + 1 WHERE id = ?", deleted->copy.body);
    let_go(database, account, message);
    record_event(database, {.kind = EventKind::restored,
                            .body = deleted->copy.body,
                            .account = account,
                            .message = placed->id,
                            .mailbox = placed->mailbox,
                            .uid = placed->uid});
    return placed;
}

} // namespace

awaitable<Result<std::vector<Kept>>> SqliteVault::list(AccountId account, std::optional<VaultCursor> after,
                                                       std::size_t limit)
{
    auto work = [=](Database& database) { return page_of(database, account, after, limit); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<Placed>>> SqliteVault::restore(AccountId account,
                                                            std::vector<MessageId> messages)
{
    auto work = [this, account,
                 messages = std::move(messages)](Database& database) -> Result<std::vector<Placed>> {
        std::vector<Placed> placed;
        placed.reserve(messages.size());
        for (const auto message : messages) {
            const auto one = put_back(database, account, message, core_.options.default_quota);
            if (!one) return one.error();
            placed.push_back(*one);
        }
        return placed;
    };
    auto then = [this] {
        core_.wake_upkeep();
        core_.wake_indexer();
    };
    return submit(*core_.writer, AfterCommit(std::move(work), then));
}

awaitable<Result<void>> SqliteVault::forget(AccountId account, std::vector<MessageId> messages)
{
    auto work = [account, messages = std::move(messages)](Database& database) -> Result<void> {
        for (const auto message : messages) {
            if (!forget_one(database, account, message)) return make_error_code(Errc::not_found);
        }
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_upkeep(); }));
}

} // namespace pillarbox::storage::sqlite

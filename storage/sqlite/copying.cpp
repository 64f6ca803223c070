#include "storage/sqlite/access.hpp"
#include "storage/sqlite/after_commit.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/lessons.hpp"
#include "storage/sqlite/placing.hpp"

#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

/// A message that is in a mailbox, with what its copy needs.
struct Original
{
    MessageId id{};
    std::string trace;
    MailboxRole from{}; // the mailbox where it is
    Copy copy;          // without its trace
};

std::optional<Original> find_original(Database& database, AccountId account, MessageId message)
{
    Query row(database,
              "SELECT msg.trace, msg.body, m.size, m.flags, m.received, mailbox.role FROM msg "
              "JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
              "JOIN mailbox ON mailbox.id = msg.mailbox "
              "WHERE msg.id = ? AND msg.account = ?",
              message, account);
    if (!row.step()) return std::nullopt;
    return Original{.id = message,
                    .trace = row.as<std::string>(0),
                    .from = row.as<MailboxRole>(5),
                    .copy = {.account = account,
                             .body = row.integer(1),
                             .trace = {},
                             .size = row.as<std::uint64_t>(2),
                             .flags = row.as<std::uint32_t>(3),
                             .received = row.as<Time>(4)}};
}

/// Each once, in the order given. Errors: not_found when one is not there.
Result<std::vector<Original>> find_originals(Database& database, AccountId account,
                                             const std::vector<MessageId>& messages)
{
    std::vector<Original> originals;
    std::set<MessageId> seen;
    for (const auto message : messages) {
        if (!seen.insert(message).second) continue;
        auto original = find_original(database, account, message);
        if (!original) return make_error_code(Errc::not_found);
        originals.push_back(std::move(*original));
    }
    return originals;
}

MailboxRole role_of(Database& database, MailboxId mailbox)
{
    Query row(database, "SELECT role FROM mailbox WHERE id = ?", mailbox);
    return row.step() ? row.as<MailboxRole>(0) : MailboxRole::own;
}

enum class Originals
{
    stay,
    go
};

Result<std::vector<Copied>> put_copies(Database& database, AccountId account,
                                       const std::vector<MessageId>& messages, MailboxId mailbox,
                                       Originals then, std::uint64_t default_quota)
{
    const auto exists = entrance(database, account, mailbox, default_quota);
    if (!exists) return exists.error();
    const MailboxRole role = role_of(database, mailbox);
    auto originals = find_originals(database, account, messages);
    if (!originals) return originals.error();
    // Not into the vault: they have not been deleted. A maildrop that shows
    // them keeps them as long as it does any that are gone.
    if (then == Originals::go) expunge_messages(database, account, messages, Time{}, {.moved = true});
    std::vector<Copied> copied;
    copied.reserve(originals->size());
    for (auto& original : *originals) {
        auto where = entrance(database, account, mailbox, default_quota);
        if (!where) return where.error();
        // What only changes its place is let in, even where the quota was made
        // smaller than what is there.
        if (then == Originals::go) where->room = std::numeric_limits<std::uint64_t>::max();
        original.copy.trace = original.trace;
        const auto placed = place(database, *where, original.copy);
        if (!placed) return placed.error();
        database.run("UPDATE body SET refs = refs + 1 WHERE id = ?", original.copy.body);
        record_event(database, {.kind = then == Originals::go ? EventKind::moved : EventKind::copied,
                                .body = original.copy.body,
                                .account = account,
                                .message = placed->id,
                                .mailbox = placed->mailbox,
                                .uid = placed->uid});
        if (then == Originals::go)
            record_lesson(database, account, original.copy.body, placed->id, original.from, role);
        copied.push_back({.from = original.id, .to = *placed});
    }
    return copied;
}

} // namespace

awaitable<Result<std::vector<Copied>>> SqliteMail::copy(AccountId account, std::vector<MessageId> messages,
                                                        MailboxId mailbox)
{
    auto work = [account, messages = std::move(messages), mailbox,
                 quota = core_.options.default_quota](Database& database) {
        return put_copies(database, account, messages, mailbox, Originals::stay, quota);
    };
    return submit(*core_.writer, AfterCommit(std::move(work), [this] { core_.wake_indexer(); }));
}

awaitable<Result<std::vector<Copied>>> SqliteMail::move(AccountId account, std::vector<MessageId> messages,
                                                        MailboxId mailbox)
{
    auto work = [account, messages = std::move(messages), mailbox,
                 quota = core_.options.default_quota](Database& database) {
        return put_copies(database, account, messages, mailbox, Originals::go, quota);
    };
    auto then = [this] {
        core_.wake_upkeep();
        core_.wake_indexer();
        core_.wake_learner();
    };
    return submit(*core_.writer, AfterCommit(std::move(work), then));
}

} // namespace pillarbox::storage::sqlite

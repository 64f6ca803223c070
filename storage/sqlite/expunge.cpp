#include "storage/sqlite/expunge.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/ledger.hpp"

#include <map>
#include <optional>

namespace pillarbox::storage::sqlite {
namespace {

/// A message that is in a mailbox.
struct Present
{
    MessageId message{};
    std::int64_t body = 0;
    std::int64_t mailbox = 0;
    std::int64_t uid = 0;
    std::int64_t size = 0;
    std::int64_t flags = 0;
    Time received{};
};

/// What an expunge takes from a mailbox's counters.
struct Taken
{
    std::int64_t messages = 0;
    std::int64_t unseen = 0;
    std::int64_t octets = 0;
    std::vector<std::int64_t> uids;
};

std::optional<Present> find_present(Database& database, AccountId account, MessageId message)
{
    Query row(database,
              "SELECT m.mailbox, m.uid, m.size, m.flags, m.received, msg.body FROM msg "
              "JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
              "WHERE msg.id = ? AND msg.account = ?",
              message, account);
    if (!row.step()) return std::nullopt;
    return Present{.message = message,
                   .body = row.integer(5),
                   .mailbox = row.integer(0),
                   .uid = row.integer(1),
                   .size = row.integer(2),
                   .flags = row.integer(3),
                   .received = row.as<Time>(4)};
}

void take_out(Database& database, AccountId account, const Present& one, std::uint64_t modseq, Time until)
{
    database.run("DELETE FROM message WHERE mailbox = ? AND uid = ?", one.mailbox, one.uid);
    database.run("INSERT INTO expunged (mailbox, modseq, uid) VALUES (?, ?, ?)", one.mailbox, modseq,
                 one.uid);
    database.run("INSERT INTO dead (msg, account, mailbox, uid, modseq, size, flags, received, until) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 one.message, account, one.mailbox, one.uid, modseq, one.size, one.flags, one.received,
                 until);
}

Event event_of(AccountId account, const Present& one, EventKind kind)
{
    return {.kind = kind,
            .body = one.body,
            .account = account,
            .message = one.message,
            .mailbox = MailboxId{one.mailbox},
            .uid = static_cast<std::uint32_t>(one.uid)};
}

/// What the ledger is about to forget.
void tell_who_fetched(Database& database, AccountId account, const Present& one)
{
    std::vector<Event> events;
    {
        Query row(database,
                  "SELECT device.label, fetched.at FROM device JOIN fetched ON fetched.device = device.id "
                  "AND fetched.mailbox = ?2 AND fetched.first = (SELECT first FROM fetched AS run "
                  "WHERE run.device = device.id AND run.mailbox = ?2 AND run.first <= ?3 "
                  "ORDER BY run.first DESC LIMIT 1) AND fetched.last >= ?3 WHERE device.account = ?1",
                  account, one.mailbox, one.uid);
        while (row.step()) {
            auto& event = events.emplace_back(event_of(account, one, EventKind::fetched));
            event.protocol = "POP3";
            event.user = row.as<std::string>(0);
            event.at = row.as<Time>(1);
        }
    }
    for (const auto& event : events)
        record_event(database, event);
}

void tell_deleted(Database& database, AccountId account, const Present& one, Time until, const Reason& reason)
{
    auto event = event_of(account, one, EventKind::deleted);
    event.text = reason.text;
    event.protocol = reason.protocol;
    event.user = reason.device;
    event.peer = reason.peer;
    event.session = reason.session;
    if (until != Time{}) event.until = until;
    record_event(database, event);
}

} // namespace

Time kept_until(std::chrono::seconds period)
{
    return period.count() > 0 ? now() + period : Time{};
}

void expunge_messages(Database& database, AccountId account, const std::vector<MessageId>& messages,
                      Time until, const Reason& reason)
{
    std::optional<std::uint64_t> modseq;
    std::map<std::int64_t, Taken> mailboxes;
    for (const auto message : messages) {
        const auto one = find_present(database, account, message);
        if (!one) continue;
        if (!modseq) modseq = next_modseq(database, account);
        if (!modseq) return; // the account is gone, and its mail with it
        take_out(database, account, *one, *modseq, until);
        tell_who_fetched(database, account, *one);
        if (!reason.moved) tell_deleted(database, account, *one, until, reason);
        auto& taken = mailboxes[one->mailbox];
        ++taken.messages;
        taken.unseen += (one->flags & flag::seen) == 0;
        taken.octets += one->size;
        taken.uids.push_back(one->uid);
    }
    for (auto& [mailbox, taken] : mailboxes) {
        database.run("UPDATE mailbox SET messages = messages - ?, unseen = unseen - ?, octets = octets - ?, "
                     "modseq = ? WHERE id = ?",
                     taken.messages, taken.unseen, taken.octets, *modseq, mailbox);
        database.run("UPDATE account SET messages = messages - ?, octets = octets - ? WHERE id = ?",
                     taken.messages, taken.octets, account);
        forget_fetched(database, account, mailbox, std::move(taken.uids));
    }
}

} // namespace pillarbox::storage::sqlite

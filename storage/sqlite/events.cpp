#include "storage/events.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_told = 1'000; // of one message
constexpr std::size_t most_named =
    100; // messages of one name: a Message-ID is as unique as its sender makes it

/// The account's copies of a message, or with account 0 everybody's.
struct Subject
{
    std::int64_t body = 0;
    AccountId account{};
};

std::vector<Event> written(Database& database, const Subject& subject)
{
    std::vector<Event> events;
    Query row(database,
              "SELECT event.*, coalesce(mailbox.name, ''), "
              "EXISTS (SELECT 1 FROM dead WHERE dead.msg = event.msg AND dead.until > ?3) "
              "FROM event LEFT JOIN mailbox ON mailbox.id = event.mailbox "
              "WHERE event.body = ?1 AND (?2 = 0 OR event.account = ?2) ORDER BY event.id LIMIT ?4",
              subject.body, subject.account, now(), most_told);
    while (row.step()) {
        auto& event = events.emplace_back(event_of(row));
        event.mailbox_name = row.as<std::string>(21);
        event.there = row.as<bool>(22) && event.kind == EventKind::deleted;
    }
    return events;
}

bool arrives(EventKind kind)
{
    return kind == EventKind::stored || kind == EventKind::moved || kind == EventKind::copied ||
           kind == EventKind::restored;
}

/// Copies that came before events were kept, or by a road that writes none:
/// an import.
void add_copies(Database& database, const Subject& subject, std::vector<Event>& events)
{
    std::set<MessageId> known;
    for (const auto& event : events) {
        if (arrives(event.kind)) known.insert(event.message);
    }
    Query row(database,
              "SELECT msg.id, msg.account, msg.mailbox, msg.uid, msg.placed, m.received, mailbox.name, "
              "body.message_id FROM msg JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid "
              "AND m.msg = msg.id JOIN mailbox ON mailbox.id = msg.mailbox JOIN body ON body.id = msg.body "
              "WHERE msg.body = ?1 AND (?2 = 0 OR msg.account = ?2) ORDER BY msg.id LIMIT ?3",
              subject.body, subject.account, most_told);
    while (row.step()) {
        if (known.contains(row.as<MessageId>(0))) continue;
        events.push_back({.at = row.as<Time>(row.integer(4) > 0 ? 4 : 5),
                          .kind = EventKind::stored,
                          .body = subject.body,
                          .account = row.as<AccountId>(1),
                          .message = row.as<MessageId>(0),
                          .mailbox = row.as<MailboxId>(2),
                          .uid = row.as<std::uint32_t>(3),
                          .message_id = row.as<std::string>(7),
                          .mailbox_name = row.as<std::string>(6)});
    }
}

/// What the ledger knows of copies that are still in a mailbox.
void add_fetched(Database& database, const Subject& subject, std::vector<Event>& events)
{
    Query row(database,
              "SELECT fetched.at, msg.account, msg.id, msg.mailbox, msg.uid, device.label, mailbox.name "
              "FROM msg JOIN mailbox ON mailbox.id = msg.mailbox "
              "JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
              "JOIN device ON device.account = msg.account "
              "JOIN fetched ON fetched.device = device.id AND fetched.mailbox = msg.mailbox "
              "AND fetched.first = (SELECT first FROM fetched AS run WHERE run.device = device.id AND "
              "run.mailbox = msg.mailbox AND run.first <= msg.uid ORDER BY run.first DESC LIMIT 1) "
              "AND fetched.last >= msg.uid "
              "WHERE msg.body = ?1 AND (?2 = 0 OR msg.account = ?2) LIMIT ?3",
              subject.body, subject.account, most_told);
    while (row.step())
        events.push_back({.at = row.as<Time>(0),
                          .kind = EventKind::fetched,
                          .body = subject.body,
                          .account = row.as<AccountId>(1),
                          .message = row.as<MessageId>(2),
                          .mailbox = row.as<MailboxId>(3),
                          .uid = row.as<std::uint32_t>(4),
                          .protocol = "POP3",
                          .user = row.as<std::string>(5),
                          .mailbox_name = row.as<std::string>(6)});
}

void add_story(Database& database, const Subject& subject, std::vector<Event>& all)
{
    auto events = written(database, subject);
    add_copies(database, subject, events);
    add_fetched(database, subject, events);
    std::ranges::move(events, std::back_inserter(all));
}

/// Those of one second stay as they are.
std::vector<Event> in_order(std::vector<Event> events)
{
    std::multimap<Time, Event> ordered;
    for (auto& event : events)
        ordered.emplace(event.at, std::move(event));
    events.clear();
    for (auto& [at, event] : ordered)
        events.push_back(std::move(event));
    return events;
}

Result<std::vector<Event>> tell_of_message(Database& database, AccountId account, MessageId message)
{
    Query row(database, "SELECT body FROM msg WHERE id = ? AND account = ?", message, account);
    if (!row.step()) return make_error_code(Errc::not_found);
    std::vector<Event> events;
    add_story(database, {.body = row.integer(0), .account = account}, events);
    return in_order(std::move(events));
}

std::vector<std::int64_t> bodies_of(Query& row)
{
    std::vector<std::int64_t> bodies;
    while (row.step())
        bodies.push_back(row.integer(0));
    return bodies;
}

Result<std::vector<Event>> tell_of_named(Database& database, const std::string& name)
{
    Query told(database,
               "SELECT body FROM event WHERE message_id = ?1 OR name = ?1 GROUP BY body "
               "ORDER BY max(id) DESC LIMIT ?2",
               name, most_named);
    auto bodies = bodies_of(told);
    if (bodies.empty()) {
        Query kept(database, "SELECT id FROM body WHERE message_id = ? ORDER BY id DESC LIMIT ?", name,
                   most_named);
        bodies = bodies_of(kept);
    }
    std::vector<Event> events;
    for (const auto body : bodies)
        add_story(database, {.body = body}, events);
    return in_order(std::move(events));
}

Result<std::vector<Event>> tell_of_address(Database& database, const std::string& address, Time since,
                                           std::size_t most)
{
    const auto parsed = parse_address(address);
    const auto account = parsed ? account_at(database, parsed->text()) : std::nullopt;
    std::vector<Event> events;
    {
        Query row(database,
                  "SELECT body FROM event WHERE at >= ?1 AND (account = ?2 OR recipient = ?3 COLLATE NOCASE "
                  "OR sender = ?3 COLLATE NOCASE OR user = ?3 COLLATE NOCASE) "
                  "GROUP BY body ORDER BY max(id) DESC LIMIT ?4",
                  since, account, address, most);
        for (const auto body : bodies_of(row))
            add_story(database, {.body = body}, events);
    }
    Query row(database,
              "SELECT id, at, kind, 0, account, 0, 0, 0, 0, session, peer, tls, protocol, user, sender, "
              "recipient, '', '', code, text, NULL FROM refusal WHERE at >= ?1 AND (account = ?2 OR "
              "recipient = ?3 COLLATE NOCASE OR sender = ?3 COLLATE NOCASE OR user = ?3 COLLATE NOCASE) "
              "ORDER BY id DESC LIMIT ?4",
              since, account, address, most);
    const auto messages = static_cast<std::ptrdiff_t>(events.size());
    while (row.step())
        events.push_back(event_of(row));
    std::reverse(events.begin() + messages, events.end()); // the oldest first, also within a second
    return in_order(std::move(events));
}

} // namespace

void SqliteEvents::note(Event event)
{
    core_.note(std::move(event));
}

awaitable<Result<std::vector<Event>>> SqliteEvents::of_message(AccountId account, MessageId message)
{
    auto work = [=](Database& database) { return tell_of_message(database, account, message); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<Event>>> SqliteEvents::of_named(std::string name)
{
    auto work = [name = std::move(name)](Database& database) { return tell_of_named(database, name); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<Event>>> SqliteEvents::of_address(std::string address, Time since,
                                                               std::size_t most)
{
    auto work = [address = std::move(address), since, most](Database& database) {
        return tell_of_address(database, address, since, most);
    };
    return submit(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite

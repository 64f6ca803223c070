#include "storage/sqlite/event_rows.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/address.hpp"

#include <optional>
#include <string>

namespace pillarbox::storage::sqlite {
namespace {

/// NULL takes one octet, and an empty text is no more than that.
std::optional<std::string_view> unless_empty(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

template <class Number>
std::optional<std::int64_t> unless_zero(Number number)
{
    const auto value = static_cast<std::int64_t>(number);
    return value == 0 ? std::nullopt : std::optional(value);
}

bool is_refusal(EventKind kind)
{
    return kind >= EventKind::recipient_refused;
}

void record_refusal(Database& database, const Event& event, Time at)
{
    database.run("INSERT INTO refusal (at, kind, account, session, peer, tls, protocol, user, sender, "
                 "recipient, code, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 at, event.kind, unless_zero(event.account), unless_empty(event.session),
                 unless_empty(event.peer), unless_empty(event.tls), unless_empty(event.protocol),
                 unless_empty(event.user), unless_empty(event.sender), unless_empty(event.recipient),
                 unless_zero(event.code), unless_empty(event.text));
}

/// Whom a name means that somebody tried to sign in with; one without a domain,
/// where there is only one.
std::optional<AccountId> account_named(Database& database, std::string name)
{
    if (name.find('@') == std::string::npos) {
        Query domains(database, "SELECT max(name), count(*) FROM domain");
        domains.step();
        if (domains.integer(1) != 1) return std::nullopt;
        name += '@' + domains.as<std::string>(0);
    }
    const auto address = parse_address(name);
    return address ? account_at(database, address->text()) : std::nullopt;
}

/// Of what is still queued.
std::int64_t body_of(Database& database, QueueId id)
{
    Query row(database, "SELECT body FROM queue WHERE id = ?", id);
    return row.step() ? row.integer(0) : 0;
}

/// Ids rise with time and have no gaps, so that the two ends tell how many there are.
struct Ends
{
    std::int64_t first = 0;
    std::int64_t last = 0;
    Time oldest{};
};

std::optional<Ends> ends_of(Database& database, const char* oldest, const char* newest)
{
    Query first(database, oldest);
    if (!first.step()) return std::nullopt;
    Query last(database, newest);
    last.step();
    return Ends{.first = first.integer(0), .last = last.integer(0), .oldest = first.as<Time>(1)};
}

std::optional<Ends> ends_of_events(Database& database)
{
    return ends_of(database, "SELECT id, at FROM event ORDER BY id LIMIT 1",
                   "SELECT id FROM event ORDER BY id DESC LIMIT 1");
}

std::optional<Ends> ends_of_refusals(Database& database)
{
    return ends_of(database, "SELECT id, at FROM refusal ORDER BY id LIMIT 1",
                   "SELECT id FROM refusal ORDER BY id DESC LIMIT 1");
}

bool too_many(const std::optional<Ends>& ends, Time before, std::uint64_t most)
{
    if (!ends) return false;
    return ends->oldest < before || static_cast<std::uint64_t>(ends->last - ends->first) >= most;
}

void forget(Database& database, const char* sql, const std::optional<Ends>& ends, Time before,
            std::uint64_t most)
{
    if (!too_many(ends, before, most)) return;
    database.run(sql, ends->first + events_at_once, before, ends->last - static_cast<std::int64_t>(most));
}

} // namespace

void record_event(Database& database, const Event& event)
{
    const Time at = event.at == Time{} ? now() : event.at;
    if (is_refusal(event.kind)) return record_refusal(database, event, at);
    const auto body = event.body != 0 ? event.body : body_of(database, event.queue);
    if (body == 0) return; // nobody could find it again
    database.run(
        "INSERT INTO event (at, kind, body, account, msg, queue, mailbox, uid, session, peer, tls, protocol, "
        "user, sender, recipient, message_id, name, code, text, until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        at, event.kind, body, unless_zero(event.account), unless_zero(event.message),
        unless_zero(event.queue), unless_zero(event.mailbox), unless_zero(event.uid),
        unless_empty(event.session), unless_empty(event.peer), unless_empty(event.tls),
        unless_empty(event.protocol), unless_empty(event.user), unless_empty(event.sender),
        unless_empty(event.recipient), unless_empty(event.message_id), unless_empty(event.name),
        unless_zero(event.code), unless_empty(event.text), event.until);
}

void record_noted(Database& database, Event event)
{
    if (event.kind == EventKind::sign_in_failed) {
        const auto account = account_named(database, event.user);
        if (!account) return;
        event.account = *account;
    }
    record_event(database, event);
}

Event event_of(const Query& row)
{
    Event event{.at = row.as<Time>(1),
                .kind = row.as<EventKind>(2),
                .body = row.integer(3),
                .account = row.as<AccountId>(4),
                .message = row.as<MessageId>(5),
                .queue = row.as<QueueId>(6),
                .mailbox = row.as<MailboxId>(7),
                .uid = row.as<std::uint32_t>(8),
                .session = row.as<std::string>(9),
                .peer = row.as<std::string>(10),
                .tls = row.as<std::string>(11),
                .protocol = row.as<std::string>(12),
                .user = row.as<std::string>(13),
                .sender = row.as<std::string>(14),
                .recipient = row.as<std::string>(15),
                .message_id = row.as<std::string>(16),
                .name = row.as<std::string>(17),
                .code = row.as<std::uint16_t>(18),
                .text = row.as<std::string>(19)};
    if (!row.null(20)) event.until = row.as<Time>(20);
    return event;
}

bool too_many_events(Database& database, Time before, std::uint64_t most)
{
    return too_many(ends_of_events(database), before, most) ||
           too_many(ends_of_refusals(database), before, most);
}

void forget_events(Database& database, Time before, std::uint64_t most)
{
    forget(database, "DELETE FROM event WHERE id < ?1 AND (at < ?2 OR id <= ?3)", ends_of_events(database),
           before, most);
    forget(database, "DELETE FROM refusal WHERE id < ?1 AND (at < ?2 OR id <= ?3)",
           ends_of_refusals(database), before, most);
}

} // namespace pillarbox::storage::sqlite

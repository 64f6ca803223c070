#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/dead_addresses.hpp"
#include "storage/sqlite/enclosed.hpp"
#include "storage/sqlite/envelope_rows.hpp"
#include "storage/sqlite/event_rows.hpp"

#include <algorithm>
#include <functional>

namespace pillarbox::storage::sqlite {
namespace {

/// `busy` is sorted: there may be thousands.
bool is_busy(const std::vector<std::string>& busy, std::string_view destination)
{
    return std::ranges::binary_search(busy, destination, std::less<>());
}

/// The destination that waits longest and is not busy, if its time has come.
std::optional<std::string> next_destination(Database& database, const ClaimWish& wish)
{
    Query row(database, "SELECT name FROM destination WHERE ready <= ? ORDER BY ready, name", wish.now);
    while (row.step())
        if (!is_busy(wish.busy, row.text(0))) return row.as<std::string>(0);
    return std::nullopt;
}

/// Makes a destination's time that of its first mail; without any it goes.
void correct(Database& database, const std::string& destination)
{
    std::optional<std::int64_t> due;
    {
        Query row(database, "SELECT min(due) FROM queue WHERE destination = ? AND held = 0", destination);
        if (row.step() && !row.null(0)) due = row.integer(0);
    }
    if (due)
        database.run("UPDATE destination SET due = ? WHERE name = ?", *due, destination);
    else
        database.run("DELETE FROM destination WHERE name = ?", destination);
}

struct Message
{
    std::int64_t body = 0;
    std::string reverse_path;
    std::uint64_t size = 0;
    MailParameters mail;
};

std::optional<Message> first_message(Database& database, const std::string& destination, Time now)
{
    Query row(database,
              "SELECT body, reverse_path, size, envelope_id, return_content, body_kind, smtputf8, tls_wish, "
              "release_at, deliver_by, by_mode FROM queue "
              "WHERE destination = ? AND held = 0 AND due <= ? ORDER BY due, id LIMIT 1",
              destination, now);
    if (!row.step()) return std::nullopt;
    return Message{row.integer(0), row.as<std::string>(1), row.as<std::uint64_t>(2), mail_parameters(row, 3)};
}

std::vector<Claim::Recipient> recipients_of(Database& database, const Message& message,
                                            const std::string& destination, const ClaimWish& wish)
{
    std::vector<Claim::Recipient> recipients;
    Query row(database,
              "SELECT id, recipient, attempts + 1, queued, warned, notify, original_recipient FROM queue "
              "WHERE body = ? AND held = 0 AND "
              "due <= ? AND reverse_path = ? AND (? OR destination = ?) ORDER BY id LIMIT ?",
              message.body, wish.now, message.reverse_path, wish.together, destination, wish.recipients);
    while (row.step())
        recipients.push_back({.id = row.as<QueueId>(0),
                              .address = row.as<std::string>(1),
                              .attempts = row.as<std::uint32_t>(2),
                              .queued = row.as<Time>(3),
                              .warned = row.as<bool>(4),
                              .parameters = rcpt_parameters(row, 5)});
    return recipients;
}

std::optional<Claim> claim_at(Database& database, const std::string& destination, const ClaimWish& wish,
                              std::int64_t number)
{
    auto message = first_message(database, destination, wish.now);
    if (!message) return std::nullopt;
    Claim claim{.number = number,
                .destination = destination,
                .reverse_path = message->reverse_path,
                .size = message->size,
                .mail = std::move(message->mail),
                .recipients = recipients_of(database, *message, destination, wish)};
    // Counted now and not when it is settled: what ends the server counts too.
    for (const auto& recipient : claim.recipients)
        database.run("UPDATE queue SET claim = ?, due = ?, attempts = ?, tried = ? WHERE id = ?", number,
                     wish.until, recipient.attempts, wish.now, recipient.id);
    return claim;
}

std::optional<Claim> claim_one(Database& database, QueueId id, const ClaimWish& wish, std::int64_t number)
{
    Claim claim;
    claim.number = number;
    {
        Query row(
            database,
            "SELECT destination, reverse_path, size, recipient, attempts, queued, warned, notify, "
            "original_recipient, envelope_id, return_content, body_kind, smtputf8, tls_wish, release_at, "
            "deliver_by, by_mode FROM queue WHERE id = ? AND (claim = 0 OR due <= ?)",
            id, wish.now);
        if (!row.step()) return std::nullopt;
        claim.destination = row.as<std::string>(0);
        claim.reverse_path = row.as<std::string>(1);
        claim.size = row.as<std::uint64_t>(2);
        claim.recipients.push_back({.id = id,
                                    .address = row.as<std::string>(3),
                                    .attempts = row.as<std::uint32_t>(4),
                                    .queued = row.as<Time>(5),
                                    .warned = row.as<bool>(6),
                                    .parameters = rcpt_parameters(row, 7)});
        claim.mail = mail_parameters(row, 9);
    }
    database.run("UPDATE queue SET claim = ?, due = ? WHERE id = ?", number, wish.until, id);
    return claim;
}

/// What is told of an outcome. Empty when the entry is another's, or gone.
std::optional<Event> event_of(Database& database, std::int64_t claim, const Outcome& outcome, EventKind kind)
{
    Query row(database, "SELECT body, recipient FROM queue WHERE id = ? AND claim = ?", outcome.id, claim);
    if (!row.step()) return std::nullopt;
    return Event{.kind = kind,
                 .body = row.integer(0),
                 .queue = outcome.id,
                 .peer = outcome.host,
                 .recipient = row.as<std::string>(1),
                 .text = outcome.reply};
}

void remove(Database& database, const Event& event)
{
    database.run("DELETE FROM queue WHERE id = ?", event.queue);
    release_body(database, event.body);
}

void record(Database& database, const Settlement& settlement, const Outcome& outcome)
{
    const auto claim = settlement.claim;
    auto kind = EventKind::relayed;
    if (outcome.kind == Outcome::Kind::returned) kind = EventKind::returned;
    if (outcome.kind == Outcome::Kind::later) kind = EventKind::deferred;
    auto event = event_of(database, claim, outcome, kind);
    if (!event) return;
    event->tls = settlement.tls;
    if (outcome.kind == Outcome::Kind::delivered && !settlement.less.empty()) {
        Event exposed = *event;
        exposed.kind = EventKind::exposed;
        exposed.text = settlement.less;
        record_event(database, exposed);
    }
    if (outcome.kind != Outcome::Kind::untried) record_event(database, *event);
    note_life(database, *event, outcome, settlement.suppress_after);
    switch (outcome.kind) {
    case Outcome::Kind::delivered:
    case Outcome::Kind::returned:
        return remove(database, *event);
    case Outcome::Kind::later:
        database.run("UPDATE queue SET claim = 0, due = ?, warned = ?, host = ?, reply = ? "
                     "WHERE id = ? AND claim = ?",
                     outcome.due, outcome.warned, outcome.host, outcome.reply, outcome.id, claim);
        return;
    case Outcome::Kind::untried:
        database.run(
            "UPDATE queue SET claim = 0, due = 0, attempts = attempts - 1 WHERE id = ? AND claim = ?",
            outcome.id, claim);
        return;
    }
}

/// What became of a claim, and the reports of it.
class Settling
{
public:
    Settling(Core& core, Settlement settlement) : core_(&core), settlement_(std::move(settlement))
    {
        for (auto& report : settlement_.reports)
            reports_.push_back(enclose(core, std::move(report)));
        settlement_.reports.clear();
    }

    void write_body(BodyStore& bodies)
    {
        for (const auto& report : reports_)
            report->write_body(bodies);
    }

    Result<void> operator()(Database& database)
    {
        for (const auto& report : reports_) {
            const auto delivered = report->run(database);
            if (!delivered) return delivered;
        }
        for (const auto& outcome : settlement_.outcomes)
            record(database, settlement_, outcome);
        if (settlement_.not_before)
            database.run("UPDATE destination SET not_before = ? WHERE name = ?", *settlement_.not_before,
                         settlement_.destination);
        return boost::system::in_place_value;
    }

    void settle(bool committed)
    {
        for (const auto& report : reports_)
            report->settle(committed);
        core_->wake_upkeep();
    }

private:
    Core* core_;
    Settlement settlement_;
    std::vector<std::unique_ptr<Enclosed>> reports_;
};

} // namespace

awaitable<Result<std::optional<Claim>>> SqliteQueue::claim(ClaimWish wish)
{
    std::ranges::sort(wish.busy);
    auto work = [this, wish = std::move(wish)](Database& database) -> Result<std::optional<Claim>> {
        if (wish.only) {
            auto claim = claim_one(database, *wish.only, wish, last_claim_ + 1);
            if (claim) ++last_claim_;
            return claim;
        }
        while (true) {
            const auto destination = wish.destination ? wish.destination : next_destination(database, wish);
            if (!destination) return std::nullopt;
            auto claim = claim_at(database, *destination, wish, last_claim_ + 1);
            correct(database, *destination); // so that the loop ends
            if (claim) ++last_claim_;
            if (claim || wish.destination) return claim;
        }
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteQueue::settle(Settlement settlement)
{
    std::size_t octets = 0;
    for (const auto& report : settlement.reports)
        octets += static_cast<std::size_t>(report.body->size());
    return submit(*core_.writer, Settling(core_, std::move(settlement)), octets);
}

awaitable<Result<std::optional<Time>>> SqliteQueue::next_due(std::vector<std::string> busy)
{
    std::ranges::sort(busy);
    auto work = [busy = std::move(busy)](Database& database) -> Result<std::optional<Time>> {
        Query row(database, "SELECT name, ready FROM destination ORDER BY ready, name");
        while (row.step())
            if (!is_busy(busy, row.text(0))) return row.as<Time>(1);
        return std::nullopt;
    };
    return submit(*core_.readers, std::move(work));
}

void SqliteQueue::on_queued(std::function<void()> listener)
{
    const std::lock_guard lock(core_.queue_listener.mutex);
    core_.queue_listener.listener = std::move(listener);
}

} // namespace pillarbox::storage::sqlite

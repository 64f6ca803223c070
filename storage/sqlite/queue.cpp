#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/envelope_rows.hpp"
#include "storage/sqlite/event_rows.hpp"

namespace pillarbox::storage::sqlite {
namespace {

Queued queued_of(const Query& row)
{
    Queued queued{.id = row.as<QueueId>(0),
                  .reverse_path = row.as<std::string>(1),
                  .recipient = row.as<std::string>(2),
                  .size = row.as<std::uint64_t>(3),
                  .queued = row.as<Time>(4),
                  .held = row.as<bool>(5),
                  .claimed = row.integer(6) != 0,
                  .due = row.as<Time>(7),
                  .attempts = row.as<std::uint32_t>(8),
                  .tried = row.as<Time>(9),
                  .host = row.as<std::string>(10),
                  .reply = row.as<std::string>(11),
                  .mail = mail_parameters(row, 12),
                  .rcpt = rcpt_parameters(row, 20)};
    if (queued.claimed) queued.due = {}; // the claim's end is nobody's business
    return queued;
}

std::int64_t change_one(Database& database, QueueId id, QueueChange change)
{
    switch (change) {
    case QueueChange::hold:
        return database.run("UPDATE queue SET held = 1 WHERE id = ?", id);
    case QueueChange::release:
        // What waits for its time goes the way of all that does, and now.
        return database.run("UPDATE queue SET held = CASE WHEN release_at IS NULL THEN 0 ELSE 2 END, "
                            "release_at = min(release_at, ?), due = CASE claim WHEN 0 THEN 0 ELSE due END "
                            "WHERE id = ?",
                            now(), id);
    case QueueChange::retry:
        database.run("UPDATE destination SET not_before = 0 "
                     "WHERE name = (SELECT destination FROM queue WHERE id = ?)",
                     id);
        return database.run("UPDATE queue SET due = CASE WHEN claim = 0 AND held = 0 THEN 0 ELSE due END "
                            "WHERE id = ?",
                            id);
    }
    return 0;
}

std::int64_t change_all(Database& database, QueueChange change)
{
    switch (change) {
    case QueueChange::hold:
        return database.run("UPDATE queue SET held = 1 WHERE held = 0");
    case QueueChange::release:
        return database.run("UPDATE queue SET held = CASE WHEN release_at IS NULL THEN 0 ELSE 2 END, "
                            "release_at = min(release_at, ?), due = CASE claim WHEN 0 THEN 0 ELSE due END "
                            "WHERE held = 1",
                            now());
    case QueueChange::retry:
        database.run("UPDATE destination SET not_before = 0 WHERE not_before > 0");
        return database.run("UPDATE queue SET due = 0 WHERE claim = 0 AND held = 0 AND due > 0");
    }
    return 0;
}

class SqliteQueueWatch final : public QueueWatch
{
public:
    SqliteQueueWatch(Watchers& watchers, std::function<void()> changed)
        : watchers_(watchers), number_(watchers.add_to_queue(std::move(changed)))
    {}
    SqliteQueueWatch(const SqliteQueueWatch&) = delete;
    SqliteQueueWatch& operator=(const SqliteQueueWatch&) = delete;
    ~SqliteQueueWatch() override { watchers_.remove_from_queue(number_); }

private:
    Watchers& watchers_;
    std::uint64_t number_;
};

} // namespace

awaitable<Result<std::vector<Queued>>> SqliteQueue::list(std::size_t limit)
{
    auto work = [limit](Database& database) -> Result<std::vector<Queued>> {
        std::vector<Queued> queued;
        Query row(
            database,
            "SELECT id, reverse_path, recipient, size, queued, held, claim, due, attempts, tried, host, "
            "reply, envelope_id, return_content, body_kind, smtputf8, tls_wish, release_at, deliver_by, "
            "by_mode, notify, "
            "original_recipient FROM queue ORDER BY id LIMIT ?",
            limit);
        while (row.step())
            queued.push_back(queued_of(row));
        return queued;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<Queued>> SqliteQueue::find(QueueId id)
{
    auto work = [id](Database& database) -> Result<Queued> {
        Query row(
            database,
            "SELECT id, reverse_path, recipient, size, queued, held, claim, due, attempts, tried, host, "
            "reply, envelope_id, return_content, body_kind, smtputf8, tls_wish, release_at, deliver_by, "
            "by_mode, notify, "
            "original_recipient FROM queue WHERE id = ?",
            id);
        if (!row.step()) return make_error_code(Errc::not_found);
        return queued_of(row);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteQueue::drop(QueueId id)
{
    auto work = [this, id](Database& database) -> Result<void> {
        Event event{.kind = EventKind::dropped, .queue = id};
        {
            Query row(database, "SELECT body, recipient FROM queue WHERE id = ?", id);
            if (!row.step()) return make_error_code(Errc::not_found);
            event.body = row.integer(0);
            event.recipient = row.as<std::string>(1);
        }
        record_event(database, event);
        database.run("DELETE FROM queue WHERE id = ?", id);
        release_body(database, event.body);
        core_.wake_upkeep();
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::uint64_t>> SqliteQueue::change(std::optional<QueueId> id, QueueChange change)
{
    auto work = [id, change](Database& database) -> Result<std::uint64_t> {
        const auto changed = id ? change_one(database, *id, change) : change_all(database, change);
        if (id && changed == 0) return make_error_code(Errc::not_found);
        return static_cast<std::uint64_t>(changed);
    };
    return submit(*core_.writer, std::move(work));
}

std::unique_ptr<QueueWatch> SqliteQueue::watch(std::function<void()> changed)
{
    return std::make_unique<SqliteQueueWatch>(*core_.watchers, std::move(changed));
}

} // namespace pillarbox::storage::sqlite

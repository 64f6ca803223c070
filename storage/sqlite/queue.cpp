#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/event_rows.hpp"

namespace pillarbox::storage::sqlite {

awaitable<Result<std::vector<Queued>>> SqliteQueue::list(std::size_t limit)
{
    auto work = [limit](Database& database) -> Result<std::vector<Queued>> {
        std::vector<Queued> queued;
        Query row(database,
                  "SELECT id, reverse_path, recipient, size, queued, held FROM queue ORDER BY id LIMIT ?",
                  limit);
        while (row.step())
            queued.push_back({.id = row.as<QueueId>(0),
                              .reverse_path = row.as<std::string>(1),
                              .recipient = row.as<std::string>(2),
                              .size = row.as<std::uint64_t>(3),
                              .queued = row.as<Time>(4),
                              .held = row.as<bool>(5)});
        return queued;
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

} // namespace pillarbox::storage::sqlite

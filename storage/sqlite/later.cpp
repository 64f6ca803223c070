#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/envelope_rows.hpp"

namespace pillarbox::storage::sqlite {

awaitable<Result<std::optional<Waiting>>> SqliteLater::due(Time now, QueueId after)
{
    auto work = [now, after](Database& database) -> Result<std::optional<Waiting>> {
        Waiting waiting;
        std::int64_t body = 0;
        {
            Query row(database,
                      "SELECT body, submitter, reverse_path, envelope_id, return_content, body_kind, "
                      "smtputf8, tls_wish, release_at, deliver_by, by_mode, queued FROM queue "
                      "WHERE held = 2 AND release_at <= ? AND id > ? ORDER BY id LIMIT 1",
                      now, after);
            if (!row.step()) return std::nullopt;
            body = row.integer(0);
            if (!row.null(1)) waiting.submitter = row.as<AccountId>(1);
            waiting.reverse_path = row.as<std::string>(2);
            waiting.mail = mail_parameters(row, 3);
            waiting.queued = row.as<Time>(11);
        }
        Query row(database,
                  "SELECT id, recipient, notify, original_recipient FROM queue "
                  "WHERE body = ? AND held = 2 ORDER BY id",
                  body);
        while (row.step())
            waiting.recipients.push_back(
                {row.as<QueueId>(0), row.as<std::string>(1), rcpt_parameters(row, 2)});
        return waiting;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::optional<Time>>> SqliteLater::next(Time now)
{
    auto work = [now](Database& database) -> Result<std::optional<Time>> {
        Query row(database, "SELECT min(release_at) FROM queue WHERE held = 2 AND release_at > ?", now);
        if (!row.step() || row.null(0)) return std::nullopt;
        return row.as<Time>(0);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteLater::remove(std::vector<QueueId> entries)
{
    auto work = [this, entries = std::move(entries)](Database& database) -> Result<void> {
        for (const QueueId id : entries) {
            std::int64_t body = 0;
            {
                Query row(database, "SELECT body FROM queue WHERE id = ?", id);
                if (!row.step()) continue;
                body = row.integer(0);
            }
            database.run("DELETE FROM queue WHERE id = ?", id);
            release_body(database, body);
        }
        core_.wake_upkeep();
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

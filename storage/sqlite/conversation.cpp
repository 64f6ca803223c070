#include "storage/sqlite/conversation.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/links.hpp"

#include <sqlite3.h>

#include <optional>
#include <set>

namespace pillarbox::storage::sqlite {
namespace {

constexpr int most_counted = 1000; // messages of a conversation, for its row

/// Conversations that have a key are above zero; a message without one is the
/// only one of a number below.
void thread_of(sqlite3_context* context, int, sqlite3_value** values)
{
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    if (!text || size == 0) {
        sqlite3_result_int64(context, -sqlite3_value_int64(values[1]));
        return;
    }
    const auto link = static_cast<std::uint64_t>(link_to({text, size}));
    sqlite3_result_int64(context, static_cast<std::int64_t>(link >> 1));
}

/// A message's place in its conversation.
struct Member
{
    std::int64_t mailbox = 0;
    std::int64_t thread = 0;
};

std::optional<Member> member(Database& database, AccountId account, MessageId message)
{
    Query row(database,
              "SELECT c.mailbox, c.thread FROM msg JOIN message m ON m.mailbox = msg.mailbox AND "
              "m.uid = msg.uid AND m.msg = msg.id JOIN conversation c ON c.mailbox = m.mailbox AND "
              "c.latest IN (0, 1) AND c.received = m.received AND c.uid = m.uid "
              "WHERE msg.id = ? AND msg.account = ?",
              message, account);
    if (!row.step()) return std::nullopt;
    return Member{row.integer(0), row.integer(1)};
}

} // namespace

void add_thread_of(Database& database)
{
    const int code =
        sqlite3_create_function_v2(database.handle(), "thread_of", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                   nullptr, thread_of, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw SQLite::Exception(database.handle(), code);
}

int join_conversation(Database& database, std::int64_t mailbox, std::uint32_t uid, Time received,
                      std::int64_t msg, std::int64_t body)
{
    std::int64_t thread = -msg;
    {
        Query row(database, "SELECT thread_of(thread_key, ?) FROM body WHERE id = ?", msg, body);
        if (row.step()) thread = row.integer(0);
    }
    std::optional<std::pair<Time, std::uint32_t>> last;
    {
        Query row(database,
                  "SELECT received, uid FROM conversation WHERE mailbox = ? AND thread = ? "
                  "ORDER BY received DESC, uid DESC LIMIT 1",
                  mailbox, thread);
        if (row.step()) last.emplace(row.as<Time>(0), row.as<std::uint32_t>(1));
    }
    const bool latest = !last || *last < std::pair(received, uid);
    if (last && latest)
        database.run("UPDATE conversation SET latest = 0 WHERE mailbox = ? AND thread = ? AND received = ? "
                     "AND uid = ?",
                     mailbox, thread, last->first, last->second);
    database.run("INSERT INTO conversation (mailbox, thread, received, uid, latest) VALUES (?, ?, ?, ?, ?)",
                 mailbox, thread, received, uid, latest);
    return last ? 0 : 1;
}

std::int64_t find_conversations(Database& database)
{
    database.run("DELETE FROM conversation");
    const auto found =
        database.run("INSERT INTO conversation (mailbox, thread, received, uid, latest) "
                     "SELECT m.mailbox, thread_of(body.thread_key, m.msg), m.received, m.uid, 0 "
                     "FROM message m JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body");
    database.run("UPDATE conversation SET latest = 1 WHERE (mailbox, thread, received, uid) IN "
                 "(SELECT mailbox, thread, received, uid FROM (SELECT *, row_number() OVER (PARTITION BY "
                 "mailbox, thread ORDER BY received DESC, uid DESC) AS place FROM conversation) "
                 "WHERE place = 1)");
    database.run("UPDATE mailbox SET conversations = (SELECT count(*) FROM conversation "
                 "WHERE conversation.mailbox = mailbox.id AND latest = 1)");
    return found;
}

Gathered gather(Database& database, MailboxId mailbox, std::int64_t thread)
{
    Query row(database,
              "SELECT count(*), coalesce(sum((m.flags & 1) = 0), 0), coalesce(max((m.flags & 4) <> 0), 0), "
              "coalesce(max(body.attachments), 0) FROM (SELECT mailbox, uid FROM conversation "
              "WHERE mailbox = ? AND thread = ? ORDER BY received DESC, uid DESC LIMIT ?) c "
              "CROSS JOIN message m ON m.mailbox = c.mailbox AND m.uid = c.uid "
              "CROSS JOIN msg ON msg.id = m.msg CROSS JOIN body ON body.id = msg.body",
              mailbox, thread, most_counted);
    row.step();
    return Gathered{.messages = row.as<std::uint32_t>(0),
                    .unseen = row.as<std::uint32_t>(1),
                    .flagged = row.as<bool>(2),
                    .attachments = row.as<bool>(3)};
}

awaitable<Result<std::vector<MessageId>>>
SqliteMail::gather(AccountId account, std::vector<MessageId> messages, std::size_t most)
{
    auto work = [account, messages = std::move(messages),
                 most](Database& database) -> Result<std::vector<MessageId>> {
        std::vector<MessageId> gathered;
        std::set<std::pair<std::int64_t, std::int64_t>> known;
        for (const auto message : messages) {
            const auto place = member(database, account, message);
            if (!place || !known.emplace(place->mailbox, place->thread).second) continue;
            Query row(database,
                      "SELECT m.msg FROM (SELECT mailbox, uid, received FROM conversation "
                      "WHERE mailbox = ? AND thread = ? ORDER BY received DESC, uid DESC LIMIT ?) c "
                      "CROSS JOIN message m ON m.mailbox = c.mailbox AND m.uid = c.uid "
                      "ORDER BY c.received DESC, c.uid DESC",
                      place->mailbox, place->thread, most - gathered.size());
            while (row.step())
                gathered.push_back(row.as<MessageId>(0));
        }
        return gathered;
    };
    return submit(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite

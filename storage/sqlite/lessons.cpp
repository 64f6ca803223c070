#include "storage/sqlite/lessons.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"

#include <algorithm>
#include <optional>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_words = 50'000;   // of one account: some megabytes
constexpr std::int64_t words_to_drop = 5'000; // at once, so that it is seldom done
constexpr std::int64_t most_learned = 20'000; // messages of one account that are remembered
constexpr std::int64_t most_lessons = 10'000; // of one account
constexpr std::int64_t most_senders = 20'000; // whom one account knows
constexpr std::int64_t every_so_many = 1024;  // messages the oldest senders are dropped
constexpr std::chrono::days refreshed{7};     // a sender's last time; sooner costs more than it tells

bool keeps(MailboxRole role)
{
    return role == MailboxRole::archive || role == MailboxRole::own;
}

/// What a move teaches: junk, or not.
std::optional<bool> taught(MailboxRole from, MailboxRole to)
{
    const bool own = from == MailboxRole::sent || from == MailboxRole::drafts;
    if (to == MailboxRole::junk && from != MailboxRole::junk && !own) return true;
    const bool rescued = from == MailboxRole::junk && (to == MailboxRole::inbox || keeps(to));
    if (rescued || (from == MailboxRole::inbox && keeps(to))) return false;
    return std::nullopt;
}

/// Counts each word once more, or once less, on one side.
void count(Database& database, AccountId account, const std::vector<std::uint64_t>& words, bool junk, int by)
{
    for (const auto word : words) {
        if (by > 0)
            database.run(
                "INSERT INTO junk_word (account, word, junk, wanted, last) VALUES (?1, ?2, ?3, ?4, ?5) "
                "ON CONFLICT DO UPDATE SET junk = junk + excluded.junk, "
                "wanted = wanted + excluded.wanted, last = excluded.last",
                account, word, junk ? 1 : 0, junk ? 0 : 1, now());
        else
            database.run("UPDATE junk_word SET junk = max(junk - ?3, 0), wanted = max(wanted - ?4, 0) "
                         "WHERE account = ?1 AND word = ?2",
                         account, word, junk ? 1 : 0, junk ? 0 : 1);
    }
    database.run("INSERT INTO junk_filter (account, junk, wanted) VALUES (?1, max(?2, 0), max(?3, 0)) "
                 "ON CONFLICT DO UPDATE SET junk = max(junk + ?2, 0), wanted = max(wanted + ?3, 0)",
                 account, junk ? by : 0, junk ? 0 : by);
}

/// Drops what is old and rare, of an account that has too much.
void age(Database& database, AccountId account)
{
    database.run("DELETE FROM junk_word WHERE account = ? AND junk = 0 AND wanted = 0", account);
    Query row(database, "SELECT count(*) FROM junk_word WHERE account = ?", account);
    row.step();
    if (row.integer(0) > most_words)
        database.run("DELETE FROM junk_word WHERE account = ?1 AND word IN (SELECT word FROM junk_word "
                     "WHERE account = ?1 ORDER BY junk + wanted > 1, last LIMIT ?2)",
                     account, row.integer(0) - most_words + words_to_drop);
    database.run("DELETE FROM junk_learned WHERE account = ?1 AND body NOT IN (SELECT id FROM body)",
                 account);
    database.run("DELETE FROM junk_learned WHERE account = ?1 AND body IN (SELECT body FROM junk_learned "
                 "WHERE account = ?1 ORDER BY body DESC LIMIT -1 OFFSET ?2)",
                 account, most_learned);
    database.run("UPDATE junk_filter SET words = (SELECT count(*) FROM junk_word WHERE account = ?1) "
                 "WHERE account = ?1",
                 account);
}

/// Whether so many words more are enough to look whether there are too many.
bool is_to_age(Database& database, AccountId account, std::size_t words)
{
    database.run("UPDATE junk_filter SET words = words + ? WHERE account = ?", words, account);
    Query row(database, "SELECT words FROM junk_filter WHERE account = ?", account);
    return row.step() && row.integer(0) > most_words;
}

Result<void> learn_from(Database& database, const Lesson& lesson, const std::vector<std::uint64_t>& words)
{
    database.run("DELETE FROM junk_lesson WHERE account = ? AND body = ? AND junk = ?", lesson.account,
                 lesson.body, lesson.junk);
    if (words.empty()) return boost::system::in_place_value;
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", lesson.account).step())
        return make_error_code(Errc::not_found);
    std::optional<bool> before;
    {
        Query row(database, "SELECT junk FROM junk_learned WHERE account = ? AND body = ?", lesson.account,
                  lesson.body);
        if (row.step()) before = row.as<bool>(0);
    }
    if (before == lesson.junk) return boost::system::in_place_value;
    if (before) count(database, lesson.account, words, *before, -1);
    count(database, lesson.account, words, lesson.junk, 1);
    database.run("INSERT INTO junk_learned (account, body, junk) VALUES (?, ?, ?) "
                 "ON CONFLICT DO UPDATE SET junk = excluded.junk",
                 lesson.account, lesson.body, lesson.junk);
    if (is_to_age(database, lesson.account, words.size())) age(database, lesson.account);
    return boost::system::in_place_value;
}

} // namespace

void record_lesson(Database& database, AccountId account, std::int64_t body, MessageId message,
                   MailboxRole from, MailboxRole to)
{
    const auto junk = taught(from, to);
    if (!junk) return;
    database.run("INSERT INTO junk_lesson (account, body, msg, junk) VALUES (?, ?, ?, ?) "
                 "ON CONFLICT (account, body) DO UPDATE SET msg = excluded.msg, junk = excluded.junk",
                 account, body, message, *junk);
    database.run(
        "DELETE FROM junk_lesson WHERE account = ?1 AND id <= (SELECT max(id) FROM junk_lesson) - ?2",
        account, most_lessons);
}

void remember_sender(Database& database, AccountId account, std::string_view author, MessageId message)
{
    const auto made = database.run("INSERT INTO known_sender (account, address, last) VALUES (?1, ?2, ?3) "
                                   "ON CONFLICT DO UPDATE SET last = excluded.last WHERE last < ?4",
                                   account, author, now(), now() - refreshed);
    // Counting them each time would cost more than some too many.
    if (made == 0 || static_cast<std::int64_t>(message) % every_so_many != 0) return;
    database.run(
        "DELETE FROM known_sender WHERE account = ?1 AND address IN (SELECT address FROM known_sender "
        "WHERE account = ?1 ORDER BY last DESC LIMIT -1 OFFSET ?2)",
        account, most_senders);
}

awaitable<Result<std::vector<std::vector<WordCount>>>> SqliteJunk::words(std::vector<AccountId> accounts,
                                                                         std::vector<std::uint64_t> words)
{
    auto work = [accounts = std::move(accounts), words = std::move(words)](
                    Database& database) -> Result<std::vector<std::vector<WordCount>>> {
        std::vector<std::vector<WordCount>> all;
        for (const auto account : accounts) {
            auto& found = all.emplace_back();
            for (const auto word : words) {
                Query row(database, "SELECT junk, wanted FROM junk_word WHERE account = ? AND word = ?",
                          account, word);
                if (row.step())
                    found.push_back(
                        {.word = word, .junk = row.as<std::uint32_t>(0), .wanted = row.as<std::uint32_t>(1)});
            }
        }
        return all;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<Lesson>>> SqliteJunk::lessons(std::size_t limit)
{
    auto work = [limit](Database& database) -> Result<std::vector<Lesson>> {
        std::vector<Lesson> found;
        Query row(database, "SELECT account, msg, body, junk FROM junk_lesson ORDER BY id LIMIT ?", limit);
        while (row.step())
            found.push_back({.account = row.as<AccountId>(0),
                             .message = row.as<MessageId>(1),
                             .body = row.integer(2),
                             .junk = row.as<bool>(3)});
        return found;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteJunk::learn(Lesson lesson, std::vector<std::uint64_t> words)
{
    auto work = [lesson, words = std::move(words)](Database& database) {
        return learn_from(database, lesson, words);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteJunk::unlearn(AccountId account)
{
    auto work = [account](Database& database) -> Result<void> {
        for (const char* sql :
             {"DELETE FROM junk_word WHERE account = ?", "DELETE FROM junk_learned WHERE account = ?",
              "DELETE FROM junk_lesson WHERE account = ?", "DELETE FROM junk_filter WHERE account = ?"})
            database.run(sql, account);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

void SqliteJunk::on_lesson(std::function<void()> listener)
{
    const std::lock_guard lock(core_.lesson_listener.mutex);
    core_.lesson_listener.listener = std::move(listener);
}

} // namespace pillarbox::storage::sqlite

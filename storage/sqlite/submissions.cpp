#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/draft_rows.hpp"

#include <chrono>

namespace pillarbox::storage::sqlite {
namespace {

using State = Submission::State;

constexpr std::chrono::days known{7}; // after they have ended
constexpr int most_forgotten = 1000;  // with each new one

void forget_ended(Database& database)
{
    database.run(
        "DELETE FROM submission WHERE id IN (SELECT id FROM submission WHERE state <> 0 AND send_at < ? "
        "LIMIT ?)",
        now() - known, most_forgotten);
}

std::optional<Submission> find_by_key(Database& database, AccountId account, const std::string& key)
{
    Query row(database,
              "SELECT id, account, draft, message, state, send_at, tries, detail FROM submission "
              "WHERE account = ? AND key = ?",
              account, key);
    if (!row.step()) return std::nullopt;
    return submission_of(row);
}

Result<Submission> find_own(Database& database, AccountId account, SubmissionId id)
{
    auto submission = find_submission(database, id);
    if (!submission || submission->account != account) return make_error_code(Errc::not_found);
    return std::move(*submission);
}

Result<Submitted> add_submission(Database& database, const NewSubmission& wanted)
{
    using Outcome = Submitted::Outcome;
    if (auto before = find_by_key(database, wanted.account, wanted.key))
        return Submitted{Outcome::done, std::move(*before)};
    const auto draft = find_draft(database, wanted.account, MessageId(std::int64_t(wanted.draft)));
    if (!draft) return make_error_code(Errc::not_found);
    if (draft->submission) return Submitted{Outcome::sending, {}};
    if (draft->message != wanted.expected) return Submitted{Outcome::changed, {}};
    forget_ended(database);
    database.run(
        "INSERT INTO submission (account, draft, message, key, state, send_at) VALUES (?, ?, ?, ?, ?, ?)",
        wanted.account, draft->id, draft->message, wanted.key, State::pending, wanted.send_at);
    const SubmissionId id{database.last_id()};
    return Submitted{Outcome::done, *find_submission(database, id)};
}

} // namespace

awaitable<Result<Submitted>> SqliteSubmissions::add(NewSubmission submission)
{
    auto work = [wanted = std::move(submission)](Database& database) {
        return add_submission(database, wanted);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::optional<Submission>>> SqliteSubmissions::find(AccountId account, std::string key)
{
    auto work = [account, key = std::move(key)](Database& database) -> Result<std::optional<Submission>> {
        return find_by_key(database, account, key);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<Submission>> SqliteSubmissions::find(AccountId account, SubmissionId id)
{
    auto work = [=](Database& database) { return find_own(database, account, id); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<Submission>> SqliteSubmissions::undo(AccountId account, SubmissionId id)
{
    auto work = [=](Database& database) {
        database.run(
            "UPDATE submission SET state = ? WHERE id = ? AND account = ? AND state = ? AND send_at > ?",
            State::undone, id, account, State::pending, now());
        return find_own(database, account, id);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<Submission>>> SqliteSubmissions::pending(std::size_t limit)
{
    auto work = [limit](Database& database) -> Result<std::vector<Submission>> {
        std::vector<Submission> submissions;
        Query row(database,
                  "SELECT id, account, draft, message, state, send_at, tries, detail FROM submission "
                  "WHERE state = 0 ORDER BY send_at, id LIMIT ?",
                  limit);
        while (row.step())
            submissions.push_back(submission_of(row));
        return submissions;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteSubmissions::postpone(SubmissionId id, Time send_at)
{
    auto work = [=](Database& database) -> Result<void> {
        database.run("UPDATE submission SET send_at = ?, tries = tries + 1 WHERE id = ? AND state = 0",
                     send_at, id);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteSubmissions::fail(SubmissionId id, std::string detail)
{
    auto work = [id, detail = std::move(detail)](Database& database) -> Result<void> {
        database.run("UPDATE submission SET state = ?, detail = ? WHERE id = ? AND state = 0", State::failed,
                     detail, id);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

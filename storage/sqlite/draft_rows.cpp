#include "storage/sqlite/draft_rows.hpp"

#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/flags.hpp"

namespace pillarbox::storage::sqlite {

std::optional<Draft> find_draft(Database& database, AccountId account, MessageId id)
{
    // The message must still be in Drafts: it may have been moved or deleted there.
    Query row(database,
              "SELECT coalesce(draft.id, msg.id), msg.id, coalesce(draft.kind, 0), draft.original, "
              "coalesce(draft.saved, message.received), (SELECT id FROM submission WHERE "
              "submission.draft = coalesce(draft.id, msg.id) AND state = 0) "
              "FROM msg JOIN message ON message.mailbox = msg.mailbox AND message.uid = msg.uid "
              "AND message.msg = msg.id "
              "JOIN mailbox ON mailbox.id = msg.mailbox AND mailbox.role = ?1 AND mailbox.role <> 0 "
              "LEFT JOIN draft ON draft.message = msg.id "
              "WHERE msg.account = ?2 AND msg.id = coalesce((SELECT message FROM draft WHERE id = ?3), ?3)",
              MailboxRole::drafts, account, id);
    if (!row.step()) return std::nullopt;
    Draft draft{.id = row.as<DraftId>(0),
                .message = row.as<MessageId>(1),
                .kind = row.as<DraftKind>(2),
                .saved = row.as<Time>(4)};
    if (!row.null(3)) draft.original = row.as<MessageId>(3);
    if (!row.null(5)) draft.submission = row.as<SubmissionId>(5);
    return draft;
}

std::optional<Draft> find_draft(Database& database, AccountId account, std::string_view key)
{
    Query row(database, "SELECT message FROM draft WHERE account = ? AND key = ?", account, key);
    if (!row.step()) return std::nullopt;
    return find_draft(database, account, row.as<MessageId>(0));
}

Submission submission_of(const Query& row)
{
    return {.id = row.as<SubmissionId>(0),
            .account = row.as<AccountId>(1),
            .draft = row.as<DraftId>(2),
            .message = row.as<MessageId>(3),
            .state = row.as<Submission::State>(4),
            .send_at = row.as<Time>(5),
            .tries = row.as<std::uint32_t>(6),
            .detail = row.as<std::string>(7)};
}

std::optional<Submission> find_submission(Database& database, SubmissionId id)
{
    Query row(database,
              "SELECT id, account, draft, message, state, send_at, tries, detail FROM submission "
              "WHERE id = ?",
              id);
    if (!row.step()) return std::nullopt;
    return submission_of(row);
}

bool end_submission(Database& database, SubmissionId id)
{
    const auto submission = find_submission(database, id);
    if (!submission || submission->state != Submission::State::pending) return false;
    const auto draft = find_draft(database, submission->account, submission->message);
    if (!draft || draft->message != submission->message) return false;
    database.run("UPDATE submission SET state = ? WHERE id = ?", Submission::State::sent, id);
    database.run("DELETE FROM draft WHERE id = ?", draft->id);
    expunge_messages(database, submission->account, {draft->message}, Time{}, {.moved = true}); // to Sent
    const auto mark = draft->kind == DraftKind::forward ? flag::forwarded : flag::answered;
    if (draft->original) add_flags(database, submission->account, *draft->original, mark);
    return true;
}

} // namespace pillarbox::storage::sqlite

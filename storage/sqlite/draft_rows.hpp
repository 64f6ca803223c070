#pragma once

#include "storage/drafts.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/submissions.hpp"

#include <optional>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// The account's draft of that id, or that the message holds; a message in
/// Drafts of which nothing is known is one too.
std::optional<Draft> find_draft(Database& database, AccountId account, MessageId id);

/// The account's draft that was added under that key, if it has one.
std::optional<Draft> find_draft(Database& database, AccountId account, std::string_view key);

/// A submission, when `row` has its columns id, account, draft, message, state,
/// send_at, tries and detail.
Submission submission_of(const Query& row);

std::optional<Submission> find_submission(Database& database, SubmissionId id);

/// Ends a submission whose message is delivered in this commit: the draft goes,
/// the original is marked. False when it is not pending any more, or its draft
/// is not what it was: then nothing may be delivered.
bool end_submission(Database& database, SubmissionId id);

} // namespace pillarbox::storage::sqlite

#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// A draft that its author has sent: it waits a moment, in which that can be
/// undone. Delivery ends it, in the commit that accepts the message.
struct Submission
{
    enum class State : std::uint8_t
    {
        pending = 0,
        sent,
        undone,
        failed
    };

    SubmissionId id{};
    AccountId account{};
    DraftId draft{};
    MessageId message{}; // that is sent
    State state = State::pending;
    Time send_at{};
    std::uint32_t tries = 0; // that have failed
    std::string detail;      // why it failed, for its author; empty unless it has
};

/// What an author asks for.
struct NewSubmission
{
    AccountId account{};
    DraftId draft{};
    MessageId expected{}; // what the author has seen
    std::string key;      // the same again is the same submission
    Time send_at{};
};

/// How that went.
struct Submitted
{
    enum class Outcome
    {
        done,
        changed, // the draft was saved elsewhere in the meantime
        sending  // it is about to be sent already
    };

    Outcome outcome = Outcome::done;
    Submission submission; // with done: this one, or the one of that key
};

/// What is about to be sent; it outlives a restart. What has ended is known for
/// a week.
class Submissions
{
public:
    virtual ~Submissions() = default;

    /// Errors: not_found (the draft).
    virtual awaitable<Result<Submitted>> add(NewSubmission submission) = 0;

    /// The account's submission of that key, if there was one.
    virtual awaitable<Result<std::optional<Submission>>> find(AccountId account, std::string key) = 0;

    /// Errors: not_found.
    virtual awaitable<Result<Submission>> find(AccountId account, SubmissionId id) = 0;

    /// Undoes it unless its time has come; returns it as it now is. Errors: not_found.
    virtual awaitable<Result<Submission>> undo(AccountId account, SubmissionId id) = 0;

    // For who sends them.

    /// Those that are pending, first the one that is due first.
    virtual awaitable<Result<std::vector<Submission>>> pending(std::size_t limit) = 0;

    /// Another try then; nothing when it has ended meanwhile.
    virtual awaitable<Result<void>> postpone(SubmissionId id, Time send_at) = 0;

    /// It cannot be sent; the draft stays. `detail` says why, to its author.
    virtual awaitable<Result<void>> fail(SubmissionId id, std::string detail) = 0;
};

} // namespace pillarbox::storage

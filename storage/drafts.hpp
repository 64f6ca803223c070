#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pillarbox::storage {

/// What a draft is, which decides the mark that its original gets on sending.
enum class DraftKind : std::uint8_t
{
    fresh = 0,
    reply,
    reply_all,
    forward
};

/// A message that is being written: one in the account's Drafts. Saving puts
/// another message in its place; the draft keeps its id.
struct Draft
{
    DraftId id{};
    MessageId message{}; // that holds it now
    DraftKind kind = DraftKind::fresh;
    std::optional<MessageId> original{}; // what it answers or sends on
    Time saved{};
    std::optional<SubmissionId> submission{}; // it is about to be sent, and must not change
};

/// The same with its message, for saving.
struct NewDraft
{
    AccountId account{};
    std::unique_ptr<Spool> body;
    Summary summary;
    DraftKind kind = DraftKind::fresh;   // of a new one
    std::optional<MessageId> original{}; // the same
    std::string key{};                   // the same: to be told from others by; empty for none
};

/// How saving or removing a draft went.
struct DraftSaved
{
    enum class Outcome
    {
        done,
        changed, // somewhere else, in the meantime: nothing was done
        sending, // it is about to be sent: nothing was done
        present  // one of that key was added before: nothing was done
    };

    Outcome outcome = Outcome::done;
    Draft draft; // as it is now
};

/// Messages that are being written. Any message in Drafts is one, whoever put
/// it there: its own id is then the draft's.
class Drafts
{
public:
    virtual ~Drafts() = default;

    /// A key makes one draft of any number of tries: `present` when it is there.
    /// Errors: not_found (the account), over_quota, out_of_space.
    virtual awaitable<Result<DraftSaved>> add(NewDraft draft) = 0;

    /// The draft of that id, or that a message holds. Errors: not_found.
    virtual awaitable<Result<Draft>> find(AccountId account, MessageId id) = 0;

    /// Puts another message in the place of `expected`, in one commit. What was
    /// there is gone, and not in the vault: a draft is saved every few seconds.
    /// Errors: not_found, over_quota, out_of_space.
    virtual awaitable<Result<DraftSaved>> replace(DraftId id, MessageId expected, NewDraft draft) = 0;

    /// Removes it, into the vault, if it is still `expected`. Errors: not_found.
    virtual awaitable<Result<DraftSaved>> remove(AccountId account, DraftId id,
                                                 std::optional<MessageId> expected) = 0;
};

} // namespace pillarbox::storage

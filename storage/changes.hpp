#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace pillarbox::storage {

struct MailboxChanges
{
    Mailbox mailbox;                     // as it is now; new and renamed ones come without messages
    std::vector<Changed> changed;        // by uid
    std::vector<std::uint32_t> expunged; // by uid; those that came and went meanwhile too
};

/// What changed in an account, in one snapshot.
struct Feed
{
    std::uint64_t modseq = 0; // the account's counter: to ask from the next time

    /// The changes have been forgotten, are more than the limit, or a mailbox
    /// went: look at everything. `mailboxes` is empty then.
    bool everything = false;

    std::vector<MailboxChanges> mailboxes; // those with changes, in no particular order
};

/// Waits for changes of one account. For one coroutine at a time, on one
/// executor; destroying it ends the subscription. It must not be destroyed
/// while above() waits, and the store must outlive it.
class Watch
{
public:
    virtual ~Watch() = default;

    /// Resumes once the account's counter is above `modseq`, at once if it is
    /// already; returns it. What this process commits is told after its commit,
    /// what others commit within seconds. However many changes there are, one
    /// is told. Errors: not_found when the account is gone; operation_aborted
    /// when the wait is cancelled.
    virtual awaitable<Result<std::uint64_t>> above(std::uint64_t modseq) = 0;
};

/// The change feed: what happened to an account's mail since its counter had a
/// certain value. It goes back some 100,000 changes of the account.
class Changes
{
public:
    virtual ~Changes() = default;

    /// What changed since the counter was `modseq`; at most `limit` messages.
    /// Errors: not_found, timed_out, unavailable.
    virtual awaitable<Result<Feed>> since(AccountId account, std::uint64_t modseq, std::size_t limit) = 0;

    /// Begins to watch; costs nothing until it waits.
    virtual std::unique_ptr<Watch> watch(AccountId account) = 0;
};

} // namespace pillarbox::storage

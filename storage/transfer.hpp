#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <memory>
#include <string>

namespace pillarbox::storage {

/// A message that is brought along from somewhere else: it was delivered
/// there, and nothing is put on top of it here.
struct Brought
{
    AccountId account{};
    MailboxId mailbox{};
    std::uint32_t flags = 0;
    Time received{};
    std::string unique_id; // for UIDL, as its old server had it; empty: ours
    std::string digest;    // what tells it from all others of its source; empty: nothing does
    std::unique_ptr<Spool> body;
    Summary summary;
};

/// Messages on their way from one mail store to another.
class Transfer
{
public:
    virtual ~Transfer() = default;

    /// Whether a message of that digest was brought into the mailbox before.
    virtual awaitable<Result<bool>> has(MailboxId mailbox, std::string digest) = 0;

    /// Puts it at the end of the mailbox, durably. A unique id that cannot be
    /// one, or that the mailbox has, is left out. Errors: already_exists (the
    /// digest), over_quota, out_of_space, not_found (mailbox, or account).
    virtual awaitable<Result<Placed>> bring(Brought message) = 0;
};

} // namespace pillarbox::storage

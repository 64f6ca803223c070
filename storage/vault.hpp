#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace pillarbox::storage {

/// A deleted message that can be had back.
struct Kept
{
    Listed message; // as it was; its mailbox may be gone
    Time until{};   // when it goes for good
};

/// Where a list of the vault goes on: behind this message.
struct VaultCursor
{
    Time until{};
    MessageId message{};
};

/// What was deleted and has not gone yet: Options::vault says how long it
/// stays, counted from its deletion. It counts for no quota. When the disk
/// fills, the vault yields to new mail: what would go next goes at once.
/// Any call may fail with timed_out or unavailable.
class Vault
{
public:
    virtual ~Vault() = default;

    /// At most `limit` messages of the account behind `after`, those deleted
    /// last first.
    virtual awaitable<Result<std::vector<Kept>>> list(AccountId account, std::optional<VaultCursor> after,
                                                      std::size_t limit) = 0;

    /// Puts the messages back where they were, or into the Inbox when that
    /// mailbox is gone, as new messages in the order given; all or none.
    /// Errors: not_found (one of them is not in the account's vault), over_quota.
    virtual awaitable<Result<std::vector<Placed>>> restore(AccountId account,
                                                           std::vector<MessageId> messages) = 0;

    /// Lets the messages go for good; all or none. Errors: not_found, as restore().
    virtual awaitable<Result<void>> forget(AccountId account, std::vector<MessageId> messages) = 0;
};

} // namespace pillarbox::storage

#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
    std::string name;      // what its source calls it, known before its octets; has() knows it too; or empty
    std::unique_ptr<Spool> body;
    Summary summary;
};

/// Where a message that was brought is now.
struct Arrived : Placed
{
    bool lost_unique_id = false; // it came with one that could not be kept
};

/// A message as an export takes it along.
struct Leaving
{
    MessageId id{};
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    std::uint64_t size = 0; // octets, trace fields included
    Time received{};
};

/// Messages on their way from one mail store to another.
class Transfer
{
public:
    virtual ~Transfer() = default;

    /// Whether a message of that digest, or of that name, was brought into the
    /// mailbox before.
    virtual awaitable<Result<bool>> has(MailboxId mailbox, std::string digest) = 0;

    /// Puts it at the end of the mailbox, durably. A unique id that cannot be
    /// one, or that the mailbox has, is left out. Errors: already_exists (the
    /// digest), over_quota, out_of_space, not_found (mailbox, or account).
    virtual awaitable<Result<Arrived>> bring(Brought message) = 0;

    /// The account's mailbox of that name, which is made if there is none.
    /// Names are UTF-8 without control characters, at most 255 octets, and
    /// compare octet by octet. Errors: invalid (the name), not_found (account).
    virtual awaitable<Result<MailboxId>> mailbox(AccountId account, std::string name) = 0;

    /// At most `limit` messages of the mailbox whose uid is above `uid`, oldest
    /// first. Errors: not_found when the mailbox is none of the account's.
    virtual awaitable<Result<std::vector<Leaving>>> after(AccountId account, MailboxId mailbox,
                                                          std::uint32_t uid, std::size_t limit) = 0;

    /// Until then the server gives no octets back and moves none, so that this
    /// process can read what it finds. Done again, it lasts longer; with a time
    /// that has passed, it ends.
    virtual awaitable<Result<void>> lease(std::string holder, Time until) = 0;
};

/// A name for the holder of a lease that nobody else has: in containers,
/// processes may have the same id.
std::string new_lease_holder(std::string_view purpose);

} // namespace pillarbox::storage

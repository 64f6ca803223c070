#pragma once

#include "storage/body.hpp"
#include "storage/envelope.hpp"
#include "storage/mail.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// One recipient of one message on its way to another server.
struct Queued
{
    QueueId id{};
    std::string reverse_path;
    std::string recipient;
    std::uint64_t size = 0; // octets
    Time queued{};
    bool held = false;          // waits for an administrator
    bool claimed = false;       // is being tried now
    Time due{};                 // of the next attempt; the epoch: at once
    std::uint32_t attempts = 0; // the one under way included
    Time tried{};               // begin of the last one; the epoch when there was none
    std::string host;           // the server of the last one, if it came to one
    std::string reply;          // its words, or why it did not come to that
    MailParameters mail;
    RcptParameters rcpt;
};

/// What to claim.
struct ClaimWish
{
    Time now{};
    Time until{}; // after that another may have it: longer than any attempt

    /// Only from this one. Without it, from whichever waits longest.
    std::optional<std::string> destination{};

    /// This entry alone, to end it: held or not, due or not; not while another
    /// has it, and its attempts stay as they are.
    std::optional<QueueId> only{};

    /// But none of these, which have all the conversations they may have.
    std::vector<std::string> busy{};

    /// Recipients at other destinations too: all mail goes the same way.
    bool together = false;

    std::size_t recipients = 100; // at most; every server takes so many, RFC 5321 §4.5.3.1.8
};

/// What was claimed: one message, for recipients at one destination.
struct Claim
{
    struct Recipient
    {
        QueueId id{};
        std::string address;
        std::uint32_t attempts = 0; // this one included
        Time queued{};
        bool warned = false; // its sender was told of the delay
        RcptParameters parameters{};
    };

    std::int64_t number = 0; // for settle()
    std::string destination; // the domain of the recipients, of the first one if together
    std::string reverse_path;
    std::uint64_t size = 0; // octets
    MailParameters mail{};
    std::vector<Recipient> recipients;
};

/// What became of one recipient of a claim.
struct Outcome
{
    enum class Kind
    {
        delivered, // another server has it; it leaves the queue
        returned,  // never to be: its sender is told, and it leaves the queue
        later,     // another attempt, when it is `due`
        untried    // there was none: as it was before
    };

    QueueId id{};
    Kind kind = Kind::delivered;
    Time due{};
    bool warned = false;
    std::string host{};
    std::string reply{};
    bool dead = false; // `returned`, for there is no such mailbox: DeadAddresses counts it
};

/// What became of a claim.
struct Settlement
{
    std::int64_t claim = 0; // its number
    std::vector<Outcome> outcomes{};
    std::vector<Delivery> reports{}; // what its sender is told of it
    std::string tls{};               // of the connection, as Event has it
    std::string less{};              // why that is less than the destination has had; empty: it is not

    /// The destination was not reached: until then nothing else is claimed that
    /// goes there, as long as nobody says retry.
    std::optional<Time> not_before{};
    std::string destination{};

    /// An address that was dead so often in a row gets no more mail, which is an event of
    /// its own. 0: it does.
    std::uint32_t suppress_after = 0;
};

/// What an administrator does to entries.
enum class QueueChange
{
    hold,    // not to be tried
    release, // to be tried, at once
    retry    // if not held: at once, without waiting longer
};

/// Somebody is told of changes of the queue, as long as this lives. The store must
/// outlive it.
class QueueWatch
{
public:
    virtual ~QueueWatch() = default;
};

/// Mail on its way out. Delivery puts it there, in the commit that accepts it.
/// Who sends it claims what is due and settles what became of it. A claim ends
/// at its time, or when the server starts anew: what was claimed by a process
/// that is gone is due again.
class Queue
{
public:
    virtual ~Queue() = default;

    /// Oldest first, at most `limit`.
    virtual awaitable<Result<std::vector<Queued>>> list(std::size_t limit) = 0;

    /// Errors: not_found.
    virtual awaitable<Result<Queued>> find(QueueId id) = 0;

    /// Removes one. Errors: not_found.
    virtual awaitable<Result<void>> drop(QueueId id) = 0;

    /// Changes one entry, or without `id` all of them; returns how many. What is
    /// being tried now is not disturbed. Errors: not_found, when there is no such entry.
    virtual awaitable<Result<std::uint64_t>> change(std::optional<QueueId> id, QueueChange change) = 0;

    /// The message of an entry: the trace fields, then the body. Errors: not_found.
    virtual awaitable<Result<std::unique_ptr<MessageReader>>> open(QueueId id) = 0;

    /// Claims a message that is due, if there is one, for some of its recipients.
    virtual awaitable<Result<std::optional<Claim>>> claim(ClaimWish wish) = 0;

    /// Records what became of a claim's recipients, and delivers the reports, all
    /// in one commit. Entries that are gone, or that another has claimed since,
    /// are passed over. Errors: those of Mail::deliver(), and then nothing is
    /// recorded.
    virtual awaitable<Result<void>> settle(Settlement settlement) = 0;

    /// When something may be due at a destination that is not among `busy`;
    /// never later than it is.
    virtual awaitable<Result<std::optional<Time>>> next_due(std::vector<std::string> busy) = 0;

    /// Is told, after the commit, that mail was queued by this process; what
    /// others change is seen by asking. Called on a thread of the store; must
    /// not block or throw. An empty one ends it.
    virtual void on_queued(std::function<void()> listener) = 0;

    /// Tells `changed` that entries came, went, or are not as they were: after the
    /// commit, and what another process did within seconds. Once too often does happen.
    /// Called on threads of the store; must not block or throw. It is not being called
    /// any more once the watch has been destroyed.
    virtual std::unique_ptr<QueueWatch> watch(std::function<void()> changed) = 0;
};

} // namespace pillarbox::storage

#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage {

/// What can happen to mail. The numbers are in the database: they stay.
enum class EventKind : std::uint8_t
{
    stored = 1, // accepted, and put into an account's mailbox
    queued,     // accepted, and waits for another server
    relayed,    // another server has taken it
    deferred,   // another server could not take it now: it is asked again
    returned,   // nobody is asked any more: the sender is told
    dropped,    // an administrator took it out of the queue
    fetched,    // by a device; written down when a message leaves its mailbox
    read,       // marked as seen
    moved,      // to another mailbox: it has another number there
    copied,     // likewise, and the original stays
    deleted,
    restored,   // from the vault: it has another number
    forgotten,  // from the vault, before its time
    verified,   // what SPF, DKIM and DMARC said as it came
    exposed,    // on a connection with less TLS than its domain has had before
    judged,     // what spoke for and against junk
    suppressed, // its recipient is dead, again: users' mail does not go there any more

    // Of these no message is there.
    recipient_refused = 64,
    message_refused,
    sign_in_failed,
    signed_in,         // once a day for each way, see auth::SignIns
    suppression_lifted // by `user`; without one, for `peer` has taken mail
};

/// One thing that happened. What does not apply is empty or 0. There is no
/// text of a message in it, no subject and no secret.
struct Event
{
    Time at{}; // the epoch: now
    EventKind kind{};
    std::int64_t body = 0;       // of the message, the same for all who have it
    AccountId account{};         // whose copy, or whose doing
    MessageId message{};         // the copy
    QueueId queue{};             // on its way out
    MailboxId mailbox{};         // where it was put, or taken from
    std::uint32_t uid = 0;       // there
    std::string session{};       // as log lines and transcripts have it
    std::string peer{};          // the other side: an address, or name and address of a server
    std::string tls{};           // "TLSv1.3 TLS_AES_256_GCM_SHA384"
    std::string protocol{};      // "ESMTPSA", RFC 3848
    std::string user{};          // who signed in; of what POP3 did, the device's label
    std::string sender{};        // reverse-path; empty is the null path where mail came
    std::string recipient{};     // forward-path
    std::string message_id{};    // the field, with its angle brackets
    std::string name{};          // of the message here: in its Received field, the reply and the log
    std::uint16_t code = 0;      // of a reply
    std::string text{};          // a reply, or why; of a sign-in, the device's label
    std::optional<Time> until{}; // of what was deleted: then the vault lets it go

    // Found out when it is asked for.
    std::string mailbox_name{}; // empty: that mailbox is gone
    bool there = false;         // of what was deleted: it can still be had back
};

/// What happened to mail, for as long as Options::events_keep says. Events of a
/// message are written in the commit that they tell of.
/// Any call may fail with timed_out or unavailable.
class Events
{
public:
    virtual ~Events() = default;

    /// Notes what has no commit of its own. Not durable at once, and nobody
    /// waits; of a flood some are left out. Any thread.
    virtual void note(Event event) = 0;

    /// What happened to one account's copy of a message, oldest first. Errors:
    /// not_found when the account has no such message, also in its vault.
    virtual awaitable<Result<std::vector<Event>>> of_message(AccountId account, MessageId message) = 0;

    /// What happened to all messages with this Message-ID field, or of this name
    /// here, oldest first. Empty when nothing is known.
    virtual awaitable<Result<std::vector<Event>>> of_named(std::string name) = 0;

    /// What happened since then to mail from or to an address, and to those who
    /// used it, oldest first: of the last `most` messages, and as many refusals.
    virtual awaitable<Result<std::vector<Event>>> of_address(std::string address, Time since,
                                                             std::size_t most) = 0;
};

/// "stored", "recipientRefused".
std::string_view name_of(EventKind kind);

} // namespace pillarbox::storage

#pragma once

#include "storage/body.hpp"
#include "storage/envelope.hpp"
#include "storage/types.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// Who handed a message over, as its events tell it.
struct Handover
{
    std::string session{}; // as log lines have it
    std::string peer{};    // an address
    std::string tls{};     // "TLSv1.3 TLS_AES_256_GCM_SHA384", or empty
    std::string protocol{};
    std::string user{};     // who signed in, if anybody
    std::string name{};     // of the message here: in its Received field, the reply and the log
    std::string verified{}; // what SPF, DKIM and DMARC said; empty where nobody asked
};

/// A recipient at another server.
struct Forward
{
    std::string recipient; // the forward-path
    RcptParameters parameters{};
    std::optional<std::string> reverse_path{}; // of this one, where it is not that of the delivery

    bool operator==(const Forward&) const = default;
};

/// One accepted message and everyone this server owes it to.
struct Delivery
{
    std::string reverse_path;                 // empty for the null path "<>"
    MailParameters parameters{};              // kept with what is queued
    std::vector<LocalCopy> copies;            // local mailboxes
    std::vector<Forward> forward_to;          // queued in the same commit
    std::string forward_trace;                // the trace fields of the queued message, with CRLF
    std::optional<AccountId> submitter;       // whose mail it is, when a user sent it
    std::optional<SubmissionId> submission{}; // that this ends: its draft goes in the same commit
    std::unique_ptr<Spool> body;
    Summary summary;
    Handover handover{};

    /// What belongs to one recipient who is answered apart from the others: so
    /// many of `copies` and of `forward_to`, behind those of the part before.
    struct Part
    {
        std::size_t copies = 0;
        std::size_t forwards = 0;
        std::vector<std::size_t> needs{}; // parts before it, that hold what it leads to as well
    };
};

/// What of an account a maildrop shows: by itself, the whole INBOX.
struct MaildropView
{
    std::optional<MailboxId> mailbox{}; // INBOX without one
    std::optional<Time> since{};        // only what has arrived since then
};

/// A POP3 session's view of a mailbox as it was at login. While it lives, what
/// it shows stays readable. Destroying it lets go.
class Maildrop
{
public:
    virtual ~Maildrop() = default;

    virtual MailboxId mailbox() const = 0;

    // From the mailbox's counters: a login that only says STAT reads no messages,
    // unless it asked for those of a time.
    virtual std::uint32_t count() const = 0;
    virtual std::uint64_t octets() const = 0;

    /// Whether what all devices have fetched goes from here, as of
    /// Devices::grace() when it was opened.
    virtual bool removes_fetched() const = 0;

    /// The messages, oldest first: as many as count(). Errors: timed_out, unavailable.
    virtual awaitable<Result<std::vector<MaildropEntry>>> entries() = 0;
};

/// Mailboxes and messages. Every call resumes its caller on the caller's own
/// executor. A call that has begun finishes, whatever becomes of the caller.
/// Calls that change something return once the change is on stable storage.
/// Any may fail with timed_out or unavailable.
class Mail
{
public:
    virtual ~Mail() = default;

    virtual std::unique_ptr<Spool> new_spool() = 0;

    /// Whether a message of `octets` may be begun: errors out_of_space below
    /// the disk reserve, unavailable after a failed sync. Cheap, never waits.
    virtual Result<void> has_room(std::uint64_t octets) const = 0;

    /// Stores the message for every recipient, or for none of them.
    /// Errors: out_of_space, over_quota, not_found (an account is gone, or the
    /// submission has ended).
    virtual awaitable<Result<void>> deliver(Delivery delivery) = 0;

    /// The same for each of `parts`, which together are the whole delivery, in
    /// one commit: one that fails leaves those alone that do not need it.
    /// Returns what became of each, no error or one of deliver()'s. When all
    /// fail, the first error.
    virtual awaitable<Result<std::vector<boost::system::error_code>>>
    deliver_apart(Delivery delivery, std::vector<Delivery::Part> parts) = 0;

    /// Opens the account's INBOX, or what `view` says. A message's unique id is
    /// the same in every view. With `as_of` only if nothing that signing in
    /// depends on has changed since. Errors: not_found (the account, or the
    /// mailbox is none of its own), changed.
    virtual awaitable<Result<std::unique_ptr<Maildrop>>>
    open_maildrop(AccountId account, MaildropView view = {}, std::optional<SignInVersion> as_of = {}) = 0;

    /// The account's mailboxes: those with a role in the order of MailboxRole,
    /// then own ones by name.
    virtual awaitable<Result<std::vector<Mailbox>>> mailboxes(AccountId account) = 0;

    /// Makes a mailbox of the person's own, and those it lies in: parts of its
    /// name end with '/'. The name is UTF-8 and may be refused (invalid): 1 to
    /// 255 octets, no control characters, no '*' or '%', no empty part.
    /// "inbox" in any letters is "Inbox". Errors: invalid, already_exists,
    /// not_found (the account), over_quota (more than 1000).
    virtual awaitable<Result<MailboxId>> add_mailbox(AccountId account, std::string name) = 0;

    /// Renames a mailbox of the person's own, with all that lie in it. Errors:
    /// as add_mailbox(); invalid also when it has a role or would lie in itself.
    virtual awaitable<Result<void>> rename_mailbox(AccountId account, MailboxId mailbox,
                                                   std::string name) = 0;

    /// Removes a mailbox of the person's own; its messages go into the vault.
    /// Errors: not_found; invalid when it has a role, or others lie in it.
    virtual awaitable<Result<void>> remove_mailbox(AccountId account, MailboxId mailbox) = 0;

    /// Received last first, then by uid. At most `limit` rows behind the message
    /// with uid `before` (0: all), or, with `position`, from that offset on.
    /// Errors: not_found when the mailbox is none of the account's.
    virtual awaitable<Result<Page>> list(AccountId account, MailboxId mailbox, std::uint32_t before,
                                         std::uint32_t position, std::size_t limit,
                                         Rows rows = Rows::messages) = 0;

    /// The messages that are in one mailbox and one conversation with one of
    /// these, as list() gathers them: themselves too, each once, `most` at most.
    /// Those that have gone are passed over.
    virtual awaitable<Result<std::vector<MessageId>>>
    gather(AccountId account, std::vector<MessageId> messages, std::size_t most) = 0;

    /// One message of the account. Errors: not_found.
    virtual awaitable<Result<Listed>> find(AccountId account, MessageId message) = 0;

    /// The octets of a message that was found, or that a Maildrop shows.
    /// Errors: not_found.
    virtual awaitable<Result<std::unique_ptr<MessageReader>>> open(MessageId message) = 0;

    /// The same for several, with one look at the store: for who has been asked
    /// for all of them already. Their octets are in memory at once, up to 256
    /// KiB of each. Returns them in the order given, up to the first that cannot
    /// be read. Errors: not_found when that is the first of all.
    virtual awaitable<Result<std::vector<std::unique_ptr<MessageReader>>>>
    open(std::vector<MessageId> messages) = 0;

    /// Adds and removes flags; returns the message as it now is. Errors: not_found.
    virtual awaitable<Result<Listed>> set_flags(AccountId account, MessageId message, std::uint32_t add,
                                                std::uint32_t remove) = 0;

    /// The same for many, in one commit. Returns those that are there, as they
    /// now are: the others have gone, which is no error.
    virtual awaitable<Result<std::vector<Changed>>> set_flags(AccountId account,
                                                              std::vector<MessageId> messages,
                                                              std::uint32_t add, std::uint32_t remove) = 0;

    /// Puts copies of the messages at the end of the mailbox, with their flags
    /// and dates, in the order given; the bodies are shared. All or none.
    /// Errors: not_found (the mailbox, or one of the messages), over_quota.
    virtual awaitable<Result<std::vector<Copied>>> copy(AccountId account, std::vector<MessageId> messages,
                                                        MailboxId mailbox) = 0;

    /// copy(), and the messages leave where they were, in the same commit. They
    /// have new ids. No quota stands in the way. Errors: not_found, as copy().
    virtual awaitable<Result<std::vector<Copied>>> move(AccountId account, std::vector<MessageId> messages,
                                                        MailboxId mailbox) = 0;

    /// Removes the messages in one commit, into the vault. Those already gone are no error.
    virtual awaitable<Result<void>> expunge(AccountId account, std::vector<MessageId> messages) = 0;
};

} // namespace pillarbox::storage

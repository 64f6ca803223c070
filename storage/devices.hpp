#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// What fetches an account's mail by POP3, known by the password it signs in
/// with: every app password is a device, and so is the account's own.
struct Device
{
    std::string label;                // of the app password; empty: the account's own
    std::optional<Time> first_seen{}; // its sign-ins; none yet without
    std::optional<Time> last_seen{};
    std::string peer{};        // the address it came from last
    std::uint64_t fetched = 0; // messages it has retrieved, those retrieved again included
};

/// When a device had a message first. Exact to a minute: what is fetched in
/// one go shares a row.
struct FetchedBy
{
    std::string label;
    Time at{};
};

/// A message that a device has retrieved, all of it.
struct Fetched
{
    std::uint32_t uid = 0; // in its mailbox
    Time at{};
};

/// A device that signed in, and what it has fetched.
struct Visit
{
    AccountId account{};
    std::string label; // as of Device
    std::string peer;
    Time at{}; // of the sign-in
    MailboxId mailbox{};
    std::vector<Fetched> fetched{};
    std::string session{}; // as log lines have it
};

/// Which device has which message. A device that has been revoked is
/// forgotten with all that it fetched, and a message that has gone leaves no
/// trace. Any call may fail with timed_out or unavailable.
class Devices
{
public:
    virtual ~Devices() = default;

    /// The account's devices: its own password, then the app passwords by label.
    /// Errors: not_found (the account).
    virtual awaitable<Result<std::vector<Device>>> list(AccountId account) = 0;

    /// Which devices have the message, in that order. Errors: not_found.
    virtual awaitable<Result<std::vector<FetchedBy>>> who_fetched(AccountId account, MessageId message) = 0;

    /// A device signed in. Not durable at once; what it fetches is not looked at.
    virtual void signed_in(const Visit& visit) = 0;

    /// The end of a session with which mail goes: removes `deleted` as
    /// Mail::expunge() does, writes down what was fetched, and removes what the
    /// session was the last to fetch, in one commit.
    virtual awaitable<Result<void>> quit(Visit visit, std::vector<MessageId> deleted) = 0;

    /// The end of any other: what was fetched is written down within seconds, or
    /// when the ledger is asked. Nobody waits for it; when it fails, the store's
    /// observer hears of it.
    virtual void note(Visit visit) = 0;

    /// For how long the account keeps a message in its Inbox once all its devices
    /// have fetched it; nothing: for good, and so it is by itself. What goes then
    /// goes into the vault; without one, and where a person has flagged it, it
    /// stays. A device counts from its first sign-in on, for messages that came
    /// later, and one at least must have fetched a message. Errors: not_found;
    /// invalid where something is to go and there is no vault.
    virtual awaitable<Result<std::optional<std::chrono::seconds>>> grace(AccountId account) = 0;
    virtual awaitable<Result<void>> set_grace(AccountId account,
                                              std::optional<std::chrono::seconds> grace) = 0;
};

} // namespace pillarbox::storage

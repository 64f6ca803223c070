#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <string>
#include <vector>

namespace pillarbox::storage {

/// As whom somebody writes: an address that the account may send from, with the
/// name that goes before it and what is put under a message.
struct SendingIdentity
{
    std::string address;
    std::string name{};      // empty: none
    std::string signature{}; // plain text with LF; empty: none
    bool preferred = false;  // new messages begin with it
};

/// What an account may send from: its own address; aliases that lead to it, and
/// are neither off nor over; and what it was permitted besides.
struct SendingIdentities
{
    std::vector<SendingIdentity> items; // its own address, then the others by name
    std::vector<std::string> domains;   // all of which it may send from, "@example.org"
};

/// The identities of accounts. Any call may fail with timed_out or unavailable.
class Identities
{
public:
    virtual ~Identities() = default;

    /// With what was set for each, and those that were set in a domain all of
    /// which it may send from. Errors: not_found (the account).
    virtual awaitable<Result<SendingIdentities>> list(AccountId account) = 0;

    /// Sets name and signature; preferred: and no other is. Errors: not_found
    /// when the account may not send from the address; over_quota (more than 100).
    virtual awaitable<Result<void>> set(AccountId account, SendingIdentity identity) = 0;

    /// Forgets what was set. Errors: not_found when nothing was.
    virtual awaitable<Result<void>> reset(AccountId account, std::string address) = 0;
};

} // namespace pillarbox::storage

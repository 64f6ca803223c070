#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <string>

namespace pillarbox::storage {

/// Lets whoever holds its code set the password of an account, once. `digest` is
/// the hash of the code: the code itself is known to its holder alone.
struct ResetLink
{
    std::string digest;
    AccountId account{};
    std::string address{}; // of the account, when it is found
    Time created{};
    Time expires{};
};

/// At most one for each account. It ends when it is used, replaced or over, when the
/// password is changed in another way, and when the account is disabled or removed.
/// Any call may fail with timed_out or unavailable.
class ResetLinks
{
public:
    virtual ~ResetLinks() = default;

    /// In place of the one that the account has. Errors: not_found (the account, or it
    /// is disabled).
    virtual awaitable<Result<void>> add(ResetLink link) = 0;

    /// Errors: not_found when there is none, or it is over.
    virtual awaitable<Result<ResetLink>> find(std::string digest) = 0;

    /// Uses it: sets the password, as Account keeps it, ends all sessions of the account
    /// and forgets the link, all in one commit. Errors: those of find().
    virtual awaitable<Result<void>> redeem(std::string digest, std::string password_hash,
                                           std::string scram) = 0;
};

} // namespace pillarbox::storage

#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// A browser that is signed in. `digest` is the hash of its cookie: the cookie
/// itself is known to the browser alone.
struct WebSession
{
    std::string digest;
    AccountId account{};
    std::string csrf; // the token that writes must carry
    Time created{};
    Time expires{};
    std::string agent{};             // what the browser calls itself
    std::string peer{};              // the address that it came from last
    std::optional<Time> last_seen{}; // without: not since it signed in
};

/// Signed-in browsers; they outlive a restart.
class Sessions
{
public:
    virtual ~Sessions() = default;

    virtual awaitable<Result<void>> add(WebSession session) = 0;

    /// Errors: not_found when there is none, or it has expired, or its account
    /// is disabled.
    virtual awaitable<Result<WebSession>> find(std::string digest) = 0;

    virtual awaitable<Result<void>> remove(std::string digest) = 0;

    /// The account's that have not expired, newest first; without their tokens.
    virtual awaitable<Result<std::vector<WebSession>>> list(AccountId account) = 0;

    /// Ends one that the account has. Errors: not_found.
    virtual awaitable<Result<void>> end(AccountId account, std::string digest) = 0;

    /// Ends all of the account but that one. Returns how many.
    virtual awaitable<Result<std::size_t>> end_others(AccountId account, std::string digest) = 0;

    /// Notes that the browser was here. Not durable at once, and no error when it is gone.
    virtual void touch(std::string digest, std::string peer) = 0;
};

} // namespace pillarbox::storage

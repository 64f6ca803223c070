#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <string>

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
};

} // namespace pillarbox::storage

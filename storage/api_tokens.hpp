#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// What the holder of a token may do, a set of bits.
namespace scope {
inline constexpr std::uint32_t mail_read = 1;  // read mail
inline constexpr std::uint32_t mail_send = 2;  // write drafts, and send
inline constexpr std::uint32_t mail_write = 4; // mark, move and delete mail
inline constexpr std::uint32_t admin = 8;      // what administrators do; worth nothing to anybody else
} // namespace scope

/// Lets a program use the API as somebody. The token itself is known to the
/// program alone.
struct ApiToken
{
    ApiTokenId id{};
    AccountId account{};
    std::string label;  // what a person calls it
    std::string digest; // of the token
    std::uint32_t scopes = 0;
    Time created{};
    std::optional<Time> expires{}; // without: never
    std::optional<Time> last_used{};
};

/// The tokens of accounts; they go with them. Any call may fail with timed_out
/// or unavailable.
class ApiTokens
{
public:
    virtual ~ApiTokens() = default;

    /// Errors: not_found (the account), already_exists (the label), over_quota
    /// (more than 100).
    virtual awaitable<Result<ApiTokenId>> add(ApiToken token) = 0;

    /// Errors: not_found when there is none, or it has expired, or its account is
    /// disabled.
    virtual awaitable<Result<ApiToken>> find(std::string digest) = 0;

    /// The account's, in the order of their making; without their digests.
    virtual awaitable<Result<std::vector<ApiToken>>> list(AccountId account) = 0;

    /// Errors: not_found when the account has no such token.
    virtual awaitable<Result<void>> remove(AccountId account, ApiTokenId id) = 0;

    /// Notes that it was used. Not durable at once, and no error when it is gone.
    virtual void touch(ApiTokenId id) = 0;
};

} // namespace pillarbox::storage

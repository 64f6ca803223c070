#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace pillarbox::pop3 {

/// When each account last signed in, for `pop3.login_delay` (RFC 2449 §6.5).
/// Kept in memory only: a restart forgets it. Any thread may call it.
class LoginDelay
{
public:
    using Clock = std::chrono::steady_clock;

    /// More than `capacity` accounts within one delay are not remembered, and
    /// so not held back: no one is refused for want of room.
    explicit LoginDelay(std::size_t capacity = 100'000) : capacity_(capacity) {}

    /// Whether the account signed in less than `delay` ago.
    bool too_soon(storage::AccountId account, std::chrono::seconds delay, Clock::time_point now) const;

    /// Remembers a sign-in that succeeded, for as long as the account's `delay`;
    /// with one of 0 there is nothing to remember.
    void signed_in(storage::AccountId account, std::chrono::seconds delay, Clock::time_point now);

    /// Accounts that are remembered.
    std::size_t size() const;

private:
    struct SignIn
    {
        Clock::time_point when;
        std::chrono::seconds delay{};
    };

    void forget_past(std::chrono::seconds delay, Clock::time_point now);

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<storage::AccountId, SignIn> last_;
    Clock::time_point swept_{};
};

} // namespace pillarbox::pop3

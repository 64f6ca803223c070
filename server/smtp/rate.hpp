#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace pillarbox::smtp {

/// How many messages each account has submitted within the hour, over all
/// sessions. As large as the accounts that sent lately; any thread.
class SubmissionRate
{
public:
    using Clock = std::chrono::steady_clock;

    explicit SubmissionRate(std::size_t most = 300) : most_(most) {}

    /// Counts one message; false when the account has had its share of the
    /// hour that began with its first. A message that is refused later counts.
    bool take(storage::AccountId account, Clock::time_point now);

private:
    struct Hour
    {
        Clock::time_point began;
        std::size_t messages = 0;
    };

    void forget_past(Clock::time_point now);

    const std::size_t most_;
    std::mutex mutex_;
    std::unordered_map<storage::AccountId, Hour> hours_;
    Clock::time_point swept_{};
};

} // namespace pillarbox::smtp

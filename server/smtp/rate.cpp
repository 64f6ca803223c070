#include "server/smtp/rate.hpp"

namespace pillarbox::smtp {

namespace {

constexpr auto span = std::chrono::hours(1);

} // namespace

bool SubmissionRate::take(storage::AccountId account, Clock::time_point now)
{
    const std::lock_guard lock(mutex_);
    forget_past(now);
    Hour& hour = hours_.try_emplace(account, Hour{now}).first->second;
    if (now - hour.began >= span) hour = Hour{now};
    if (hour.messages >= most_) return false;
    ++hour.messages;
    return true;
}

/// Once an hour, so that the table holds no more than those who sent lately.
void SubmissionRate::forget_past(Clock::time_point now)
{
    if (now - swept_ < span) return;
    swept_ = now;
    std::erase_if(hours_, [now](const auto& entry) { return now - entry.second.began >= span; });
}

} // namespace pillarbox::smtp

#include "server/pop3/login_delay.hpp"

namespace pillarbox::pop3 {

bool LoginDelay::too_soon(storage::AccountId account, std::chrono::seconds delay, Clock::time_point now) const
{
    if (delay.count() == 0) return false;
    const std::lock_guard lock(mutex_);
    const auto last = last_.find(account);
    return last != last_.end() && now - last->second.when < delay;
}

void LoginDelay::signed_in(storage::AccountId account, std::chrono::seconds delay, Clock::time_point now)
{
    if (delay.count() == 0) return;
    const std::lock_guard lock(mutex_);
    forget_past(delay, now);
    if (last_.size() < capacity_ || last_.contains(account)) last_[account] = {.when = now, .delay = delay};
}

std::size_t LoginDelay::size() const
{
    const std::lock_guard lock(mutex_);
    return last_.size();
}

/// Once a delay, whosever it is, so that the table holds no more than those who
/// came lately.
void LoginDelay::forget_past(std::chrono::seconds delay, Clock::time_point now)
{
    if (now - swept_ < delay) return;
    swept_ = now;
    std::erase_if(last_, [&](const auto& entry) { return now - entry.second.when >= entry.second.delay; });
}

} // namespace pillarbox::pop3

#include "server/outbound/pace.hpp"

#include <algorithm>
#include <iterator>

namespace pillarbox::outbound {

namespace {

Pace::Clock::duration distance(const Lane& lane)
{
    return Pace::Clock::duration(std::chrono::minutes(1)) / lane.per_minute;
}

} // namespace

std::optional<Pace::Clock::time_point> Pace::book(const Lane& lane, Clock::time_point now)
{
    if (lane.per_minute == 0) return now;
    forget_before(now);
    const auto known = free_.find(lane.name);
    if (known == free_.end() && free_.size() >= most_) return std::nullopt;
    const auto place = known == free_.end() ? now : known->second;
    set(lane.name, place + distance(lane));
    return place;
}

void Pace::give_back(const Lane& lane, Clock::time_point place)
{
    if (lane.per_minute == 0) return;
    const auto known = free_.find(lane.name);
    if (known != free_.end() && known->second == place + distance(lane)) set(lane.name, place);
}

bool Pace::rests(const Lane& lane, Clock::time_point now)
{
    if (lane.per_minute == 0) return false;
    forget_before(now);
    return free_.contains(lane.name) || free_.size() >= most_;
}

std::vector<std::string> Pace::resting(Clock::time_point now)
{
    forget_before(now);
    std::vector<std::string> names;
    std::ranges::transform(free_, std::back_inserter(names), [](const auto& one) { return one.first; });
    return names;
}

std::optional<Pace::Clock::time_point> Pace::next(Clock::time_point now)
{
    forget_before(now);
    return order_.empty() ? std::nullopt : std::optional(order_.begin()->first);
}

bool Pace::full(Clock::time_point now)
{
    forget_before(now);
    return free_.size() >= most_;
}

void Pace::forget_before(Clock::time_point now)
{
    while (!order_.empty() && order_.begin()->first <= now) {
        free_.erase(order_.begin()->second);
        order_.erase(order_.begin());
    }
}

void Pace::set(const std::string& name, Clock::time_point free)
{
    const auto known = free_.find(name);
    if (known != free_.end()) order_.erase({known->second, name});
    free_.insert_or_assign(name, free);
    order_.emplace(free, name);
}

} // namespace pillarbox::outbound

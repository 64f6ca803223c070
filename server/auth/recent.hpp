#pragma once

#include "server/auth/recent_key.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace pillarbox::auth {

/// What was found out a short while ago with the help of a password, for
/// `auth.cache`: who polls every minute need not have a costly hash computed
/// each time. A password itself is not kept, only a RecentKey's name of it and
/// of what it was compared with. What is wrong is not remembered: it costs what
/// it always costs, so that only who knows the password can tell whether it was
/// here. Any thread may call it.
template <class Value>
class Recent
{
public:
    using Time = std::chrono::steady_clock::time_point;
    using Parts = RecentKey::Parts;

    /// Something is known for `life` from when it was found out, however often
    /// it is used; 0: not at all. One more than `capacity` forgets that which
    /// was found out first, and so would go next anyway.
    explicit Recent(std::chrono::seconds life, std::size_t capacity = 10'000)
        : life_(life), capacity_(capacity)
    {}

    /// What was found out with `parts`; nothing, if it was not, or too long ago.
    std::optional<Value> find(Parts parts, Time now) const
    {
        if (life_.count() == 0) return std::nullopt;
        const auto name = key_.of(parts);
        const std::lock_guard lock(mutex_);
        const auto found = by_name_.find(name);
        if (found == by_name_.end() || now >= found->second->until) return std::nullopt;
        return found->second->value;
    }

    void remember(Parts parts, Value value, Time now)
    {
        if (life_.count() == 0) return;
        const auto name = key_.of(parts);
        const std::lock_guard lock(mutex_);
        if (const auto found = by_name_.find(name); found != by_name_.end()) {
            entries_.erase(found->second);
            by_name_.erase(found);
        }
        while (!entries_.empty() && (entries_.size() >= capacity_ || now >= entries_.back().until)) {
            by_name_.erase(entries_.back().name);
            entries_.pop_back();
        }
        entries_.push_front({.name = name, .value = std::move(value), .until = now + life_});
        by_name_.emplace(name, entries_.begin());
    }

    std::size_t size() const
    {
        const std::lock_guard lock(mutex_);
        return entries_.size();
    }

private:
    struct Entry
    {
        RecentKey::Octets name;
        Value value;
        Time until;
    };

    const std::chrono::seconds life_;
    const std::size_t capacity_;
    const RecentKey key_;

    mutable std::mutex mutex_;
    std::list<Entry> entries_; // that which was found out last in front
    std::unordered_map<RecentKey::Octets, typename std::list<Entry>::iterator, RecentKey::Hash> by_name_;
};

} // namespace pillarbox::auth

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace pillarbox {

/// How much each of many does within a span of time that begins with the first
/// it does. Remembers so many of them: when one more comes, whoever has done
/// nothing for longest is forgotten, and begins anew. Any thread.
template <class Key, class Hash = std::hash<Key>>
class Rate
{
public:
    using Clock = std::chrono::steady_clock;

    /// `most` of 0 is no limit.
    Rate(std::size_t most, std::chrono::seconds span, std::size_t most_keys)
        : most_(most), span_(span), most_keys_(most_keys)
    {}

    /// Counts one more; or, when that is more than its share, counts nothing
    /// and returns how long it has to wait.
    std::optional<std::chrono::seconds> take(const Key& key, Clock::time_point now)
    {
        if (most_ == 0) return std::nullopt;
        const std::lock_guard lock(mutex_);
        Window& window = window_of(key, now);
        if (now - window.began >= span_) window = {key, now, 0};
        if (window.count < most_) {
            ++window.count;
            return std::nullopt;
        }
        return std::chrono::ceil<std::chrono::seconds>(window.began + span_ - now);
    }

    std::size_t keys() const
    {
        const std::lock_guard lock(mutex_);
        return where_.size();
    }

private:
    struct Window
    {
        Key key{};
        Clock::time_point began;
        std::size_t count = 0;
    };

    /// The key's, now the one used last.
    Window& window_of(const Key& key, Clock::time_point now)
    {
        if (const auto known = where_.find(key); known != where_.end()) {
            windows_.splice(windows_.begin(), windows_, known->second);
            return windows_.front();
        }
        if (where_.size() >= most_keys_) {
            where_.erase(windows_.back().key);
            windows_.pop_back();
        }
        windows_.push_front({key, now, 0});
        where_.emplace(key, windows_.begin());
        return windows_.front();
    }

    const std::size_t most_;
    const std::chrono::seconds span_;
    const std::size_t most_keys_;
    mutable std::mutex mutex_; // guards the rest
    std::list<Window> windows_;
    std::unordered_map<Key, typename std::list<Window>::iterator, Hash> where_;
};

} // namespace pillarbox

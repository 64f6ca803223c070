#include "server/base/log_tail.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox {

LogTail& LogTail::of_process()
{
    static LogTail tail;
    return tail;
}

void LogTail::add(Log::Level level, std::string text)
{
    const std::scoped_lock lock(mutex_);
    octets_ += text.size();
    lines_.push_back({++newest_, level, std::move(text)});
    while (lines_.size() > most_lines || octets_ > most_octets) {
        octets_ -= lines_.front().text.size();
        lines_.pop_front();
    }
    for (const auto& [number, added] : watches_)
        added();
}

std::vector<LogLine> LogTail::since(std::uint64_t number, std::size_t most) const
{
    const std::scoped_lock lock(mutex_);
    const auto first = std::ranges::upper_bound(lines_, number, {}, &LogLine::number);
    const auto left = static_cast<std::size_t>(lines_.end() - first);
    return {first, first + static_cast<std::ptrdiff_t>(std::min(left, most))};
}

std::uint64_t LogTail::newest() const
{
    const std::scoped_lock lock(mutex_);
    return newest_;
}

std::uint64_t LogTail::watch(std::function<void()> added)
{
    const std::scoped_lock lock(mutex_);
    watches_.emplace(next_watch_, std::move(added));
    return next_watch_++;
}

void LogTail::end_watch(std::uint64_t watch)
{
    const std::scoped_lock lock(mutex_);
    watches_.erase(watch);
}

} // namespace pillarbox

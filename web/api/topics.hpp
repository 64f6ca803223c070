#pragma once

#include "server/base/log_tail.hpp"
#include "storage/queue.hpp"
#include "web/http/streams.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::api {

/// What an administrator's stream tells of besides mail: that the queue has changed,
/// and lines of the log. Both are looked for when the stream is noted to have news.
class Topics
{
public:
    using Clock = std::chrono::steady_clock;
    using Event = std::pair<std::string_view, boost::json::object>; // kind and data

    static constexpr std::chrono::seconds between_queue_events{1};

    /// `topics` of http::topic. The queue and the stream outlive what it begins.
    Topics(unsigned topics, storage::Queue& queue, std::shared_ptr<http::Stream> stream);
    Topics(const Topics&) = delete;
    Topics& operator=(const Topics&) = delete;
    ~Topics();

    /// From names with commas between them; nothing where there is another.
    static std::optional<unsigned> parse(std::string_view text);

    /// What there is to tell now: at most one event of the queue each second, for who
    /// hears of it reads all of it again, and so many lines at once.
    std::vector<Event> take(Clock::time_point now);

    /// How long until there is more to tell, at most; nothing when nothing waits.
    std::optional<Clock::duration> next(Clock::time_point now) const;

    bool any() const { return topics_ != 0; }

private:
    const unsigned topics_;
    std::shared_ptr<http::Stream> stream_;
    std::unique_ptr<storage::QueueWatch> queue_;
    std::uint64_t log_ = 0;
    bool queue_changed_ = false;
    bool more_lines_ = false;
    Clock::time_point queue_next_{}; // before that, nothing more of the queue
    std::uint64_t line_ = 0;         // the last that was told
};

} // namespace pillarbox::api

#include "web/api/topics.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::api {

namespace json = boost::json;

namespace {

constexpr std::uint64_t lines_before = 100; // that a log begins with: what led to now
constexpr std::size_t lines_at_once = 100;

} // namespace

std::optional<unsigned> Topics::parse(std::string_view text)
{
    if (text.ends_with(',')) return std::nullopt;
    unsigned topics = 0;
    while (true) {
        const auto name = ascii::take_until(text, ',');
        if (name == "queue")
            topics |= http::topic::queue;
        else if (name == "log")
            topics |= http::topic::log;
        else
            return std::nullopt;
        if (text.empty()) return topics;
    }
}

Topics::Topics(unsigned topics, storage::Queue& queue, std::shared_ptr<http::Stream> stream)
    : topics_(topics), stream_(std::move(stream))
{
    const std::weak_ptr<http::Stream> told = stream_;
    const auto note = [told](unsigned topic) {
        if (const auto open = told.lock()) open->note(topic);
    };
    if (topics_ & http::topic::queue) queue_ = queue.watch([note] { note(http::topic::queue); });
    if (topics_ & http::topic::log) {
        auto& tail = LogTail::of_process();
        line_ = tail.newest() - std::min(tail.newest(), lines_before);
        log_ = tail.watch([note] { note(http::topic::log); });
    }
    // Whoever comes, or comes back, has missed something.
    if (topics_ != 0) stream_->note(topics_);
}

Topics::~Topics()
{
    if (log_ != 0) LogTail::of_process().end_watch(log_);
}

std::vector<Topics::Event> Topics::take(Clock::time_point now)
{
    std::vector<Event> events;
    const auto news = stream_->take_news();
    queue_changed_ = queue_changed_ || (news & http::topic::queue);
    if (queue_changed_ && now >= queue_next_) {
        queue_changed_ = false;
        queue_next_ = now + between_queue_events;
        events.emplace_back("queue", json::object{});
    }
    if (!more_lines_ && !(news & http::topic::log)) return events;
    const auto lines = LogTail::of_process().since(line_, lines_at_once);
    more_lines_ = lines.size() == lines_at_once;
    for (const auto& line : lines) {
        json::object event;
        event["number"] = line.number;
        event["level"] = name_of(line.level);
        event["line"] = line.text;
        // What is gone was written faster than it was read.
        if (line.number != line_ + 1) event["lost"] = line.number - line_ - 1;
        line_ = line.number;
        events.emplace_back("log", std::move(event));
    }
    return events;
}

std::optional<Topics::Clock::duration> Topics::next(Clock::time_point now) const
{
    if (more_lines_) return Clock::duration::zero();
    if (!queue_changed_) return std::nullopt;
    return std::max(Clock::duration::zero(), queue_next_ - now);
}

} // namespace pillarbox::api

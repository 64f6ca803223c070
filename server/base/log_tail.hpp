#pragma once

#include "server/base/log.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox {

/// "debug", "info", "warning" or "error", as in lines of the log.
std::string_view name_of(Log::Level level);

/// A line of the log as it was written, without its end.
struct LogLine
{
    std::uint64_t number = 0; // from 1, one more with each line
    Log::Level level{};
    std::string text;
};

/// The last lines of the log, for who looks at them while the server runs. It has what
/// the log has, and so no secret. Any thread.
class LogTail
{
public:
    static constexpr std::size_t most_lines = 1000;
    static constexpr std::size_t most_octets = std::size_t{1} << 20;

    /// That of this process, which Log fills.
    static LogTail& of_process();

    void add(Log::Level level, std::string text);

    /// The first `most` of the lines behind that number that are still there.
    std::vector<LogLine> since(std::uint64_t number, std::size_t most) const;

    /// Of the newest line; 0: there is none.
    std::uint64_t newest() const;

    /// Calls `added` after each line, on the thread that wrote it; it must not block,
    /// throw or log. Returns what ends it: afterwards it is not being called any more.
    std::uint64_t watch(std::function<void()> added);
    void end_watch(std::uint64_t watch);

private:
    mutable std::mutex mutex_;
    std::deque<LogLine> lines_;
    std::size_t octets_ = 0;
    std::uint64_t newest_ = 0;
    std::map<std::uint64_t, std::function<void()>> watches_;
    std::uint64_t next_watch_ = 1;
};

} // namespace pillarbox

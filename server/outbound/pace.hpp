#pragma once

#include "server/base/pace_terms.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::outbound {

/// When the next message may go where there is a limit: they begin at even distances, so
/// that nobody sees more of them in a minute, however that is counted. Remembers whom
/// mail went to until the next may, and no more than so many of them: then nothing else
/// begins where there is a limit. Pure: told the time.
class Pace
{
public:
    using Clock = std::chrono::steady_clock;

    explicit Pace(std::size_t most = 4096) : most_(most) {}

    /// Takes the next place: when that is, not before `now`. Nothing where none can be
    /// remembered now.
    std::optional<Clock::time_point> book(const Lane& lane, Clock::time_point now);

    /// Gives back a place that was taken and not used, if it is the last one.
    void give_back(const Lane& lane, Clock::time_point place);

    /// Whether the next message has to wait.
    bool rests(const Lane& lane, Clock::time_point now);

    /// The names of those who have to wait.
    std::vector<std::string> resting(Clock::time_point now);

    /// When one of them need not wait any longer. Nothing where none waits.
    std::optional<Clock::time_point> next(Clock::time_point now);

    /// No more can be remembered now.
    bool full(Clock::time_point now);

private:
    void forget_before(Clock::time_point now);
    void set(const std::string& name, Clock::time_point free);

    const std::size_t most_;
    std::map<std::string, Clock::time_point, std::less<>> free_; // from when on the next may go
    std::set<std::pair<Clock::time_point, std::string>> order_;  // the same
};

} // namespace pillarbox::outbound

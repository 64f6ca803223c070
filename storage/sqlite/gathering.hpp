#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace pillarbox::storage::sqlite {

/// How long a group waits for more. A group costs two flushes, whatever its
/// size. When many callers come back as soon as they are answered, a moment's
/// patience makes one group of what would be several: half the flushes, and
/// nobody is answered later, since the callers share the disk and the cores.
/// Who comes alone never waits. Knows no clock: it is told the time.
class Gathering
{
public:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;
    using Duration = Clock::duration;

    /// A group of `size` is done, at `when`, and so many more wait already.
    void finished(std::size_t size, std::size_t waiting, Time when)
    {
        demand_ = std::max(size + waiting, demand_ - demand_ / 8 - std::size_t(demand_ > 0));
        finished_ = when;
    }

    /// Whether so many come at once that the next group had better wait until
    /// the one before is done, for those who then come back.
    bool crowded() const { return demand_ >= crowd; }

    /// How long to wait, at `now`, before a group is looked at again that has
    /// `waiting` members, the first since `first`. Zero: it should go.
    Duration patience(std::size_t waiting, Time first, Time now) const
    {
        if (!crowded() || waiting >= demand_ - demand_ / 8) return Duration::zero();
        const Duration left = std::max(first, finished_) + longest - now;
        return std::clamp<Duration>(left, Duration::zero(), step);
    }

private:
    static constexpr std::size_t crowd = 4;
    static constexpr std::chrono::microseconds step{250};
    static constexpr std::chrono::milliseconds longest{4};

    std::size_t demand_ = 0; // how many were in the store at once, lately at most
    Time finished_{};
};

} // namespace pillarbox::storage::sqlite

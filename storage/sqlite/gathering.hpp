#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace pillarbox::storage::sqlite {

/// How long a group waits for more. A group costs two flushes, whatever its
/// size: while work arrives much faster than that, a moment's patience makes
/// one group of what would be several, and those who wait cannot tell. Work
/// that comes now and then never waits. Knows no clock: it is told the time.
class Gathering
{
public:
    using Clock = std::chrono::steady_clock;
    using Time = Clock::time_point;
    using Duration = Clock::duration;

    /// Something came at `when`.
    void arrived(Time when)
    {
        // One pause is enough to know that it is over.
        const Duration gap = std::min<Duration>(when - last_, longest * 8);
        interval_ = gap > longest ? gap : interval_ - interval_ / 8 + gap / 8;
        last_ = when;
    }

    /// A group took so long, from its first write to its commit.
    void took(Duration group) { cost_ = cost_ - cost_ / 8 + group / 8; }

    /// How long to wait, at `now`, before the group whose first member came at
    /// `first` is looked at again; zero when it should go.
    Duration patience(Time first, Time now) const
    {
        if (interval_ > cost_ / dense) return Duration::zero();
        const Duration quiet = std::max<Duration>(interval_ * 4, step);
        const Duration left = std::min<Duration>(last_ + quiet - now, first + longest - now);
        return std::clamp<Duration>(left, Duration::zero(), step);
    }

private:
    static constexpr int dense = 4; // so many arrivals, at least, in the time that a group takes
    static constexpr std::chrono::microseconds step{250};
    static constexpr std::chrono::milliseconds longest{4};

    Time last_{};
    Duration interval_ = longest * 8; // between two arrivals, lately
    Duration cost_ = std::chrono::milliseconds(1);
};

} // namespace pillarbox::storage::sqlite

#include "server/outbound/retry.hpp"

#include <algorithm>

namespace pillarbox::outbound {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds first_pause = 5min;
constexpr std::chrono::seconds longest_pause = 4h;
constexpr double spread = 0.2;

std::chrono::seconds pause_after(std::uint32_t attempts)
{
    constexpr std::uint32_t most_doublings = 10; // far beyond the longest pause
    const auto doublings = std::min(attempts - std::min(attempts, 1u), most_doublings);
    return std::min(first_pause * (1 << doublings), longest_pause);
}

} // namespace

std::optional<storage::Time> next_attempt(storage::Time queued, storage::Time now, std::uint32_t attempts,
                                          double dice)
{
    const auto end = queued + longest_life;
    if (now >= end) return std::nullopt;
    const double factor = 1 - spread + 2 * spread * dice;
    const auto pause = std::chrono::duration_cast<std::chrono::seconds>(pause_after(attempts) * factor);
    return std::min(now + pause, end);
}

bool notice_is_due(storage::Time queued, storage::Time now, bool told)
{
    return !told && now >= queued + notice_after;
}

} // namespace pillarbox::outbound

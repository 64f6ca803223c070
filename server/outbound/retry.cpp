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

storage::Time notice_time(storage::Time queued, const std::optional<storage::DeliverBy>& by)
{
    return by && !by->or_return ? by->at : queued + notice_after;
}

std::optional<storage::Time> next_attempt(storage::Time queued, storage::Time now, std::uint32_t attempts,
                                          double dice, const std::optional<storage::DeliverBy>& by)
{
    storage::Time end = queued + longest_life;
    if (by && by->or_return) end = std::min(end, by->at);
    if (now >= end) return std::nullopt;
    if (by && by->at > now) end = std::min(end, by->at);
    const double factor = 1 - spread + 2 * spread * dice;
    const auto pause = std::chrono::duration_cast<std::chrono::seconds>(pause_after(attempts) * factor);
    return std::min(now + pause, end);
}

} // namespace pillarbox::outbound

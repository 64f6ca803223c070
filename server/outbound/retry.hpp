#pragma once

#include "storage/envelope.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// When a message that could not be delivered is tried again, and when no
/// more. Pure: told the time, and given its dice.
namespace pillarbox::outbound {

/// RFC 5321 §4.5.4.1 asks for four to five days at least.
inline constexpr auto longest_life = std::chrono::days{5};

/// After that its sender is told of the delay.
inline constexpr auto notice_after = std::chrono::hours{4};

/// When its sender is told that it is not delivered yet, once: at the time that
/// was set for that (BY=...;N, RFC 2852), else after four hours.
storage::Time notice_time(storage::Time queued, const std::optional<storage::DeliverBy>& by);

/// When a message is tried again that was queued at `queued` and has now been
/// tried `attempts` times. Empty when its life is over: its last attempt is
/// not before that, or its end the time at which it is to come back (BY=...;R). There
/// is an attempt when such a time comes. After 5, 10, 20 minutes and so on, and then every 4 hours: the
/// first ones are for greylisting, which RFC 5321 §4.5.4.1 (30 minutes) did
/// not know. `dice`, in [0, 1), spreads what was queued together over a fifth of
/// the time more or less.
std::optional<storage::Time> next_attempt(storage::Time queued, storage::Time now, std::uint32_t attempts,
                                          double dice, const std::optional<storage::DeliverBy>& by = {});

} // namespace pillarbox::outbound

#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// When a message that could not be delivered is tried again, and when no
/// more. Pure: told the time, and given its dice.
namespace pillarbox::outbound {

/// RFC 5321 §4.5.4.1 asks for four to five days at least.
inline constexpr auto longest_life = std::chrono::days{5};

/// After that its sender is told of the delay, once.
inline constexpr auto notice_after = std::chrono::hours{4};

/// When a message is tried again that was queued at `queued` and has now been
/// tried `attempts` times. Empty when its life is over: its last attempt is
/// not before that. After 5, 10, 20 minutes and so on, and then every 4 hours: the
/// first ones are for greylisting, which RFC 5321 §4.5.4.1 (30 minutes) did
/// not know. `dice`, in [0, 1), spreads what was queued together over a fifth of
/// the time more or less.
std::optional<storage::Time> next_attempt(storage::Time queued, storage::Time now, std::uint32_t attempts,
                                          double dice);

/// Whether its sender is to be told, now that an attempt has failed.
bool notice_is_due(storage::Time queued, storage::Time now, bool told);

} // namespace pillarbox::outbound

#pragma once

#include "server/base/config.hpp"
#include "storage/queue.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::admin {

/// "waiting", "held", "sending", or "later" for what its sender wants to leave
/// at a time. With `all_held` nothing leaves this server.
std::string_view state_of(const storage::Queued& entry, bool all_held);

/// When an entry is tried next; nothing while it is held or being tried.
std::optional<storage::Time> next_try(const storage::Queued& entry, bool all_held);

/// What was asked for with MAIL and RCPT, as it was written there.
std::string asked_of(const storage::Queued& entry);

/// Why an entry that is due at `now` is not being tried, for people: the pace of where it
/// goes. Empty where that has none, or something else is in its way.
std::string pace_reason(const storage::Queued& entry, const Config::Outbound& outbound, storage::Time now);

} // namespace pillarbox::admin

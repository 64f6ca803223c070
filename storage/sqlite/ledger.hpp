#pragma once

#include "storage/devices.hpp"
#include "storage/sqlite/database.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

// Which device has which message is kept in runs: a row says that a device has
// every message of a mailbox whose uid is between two, since a time. The runs
// of a device in a mailbox never overlap, and none is without a message.

/// Notes that the device signed in, if its password is still there, and what it
/// has fetched. A message that it had before keeps its time; one that has gone
/// meanwhile is only counted.
void record(Database& database, const Visit& visit);

/// What was known of messages that have left a mailbox goes, once it is of
/// none that is left. `uids` in any order.
void forget_fetched(Database& database, AccountId account, std::int64_t mailbox,
                    std::vector<std::int64_t> uids);

} // namespace pillarbox::storage::sqlite

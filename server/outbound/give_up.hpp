#pragma once

#include "server/outbound/reporter.hpp"
#include "storage/result.hpp"
#include "storage/store.hpp"

#include <boost/asio/awaitable.hpp>

namespace pillarbox::outbound {

/// Ends the attempts for one entry of the queue, held or not: its sender is told
/// that it comes back because an administrator wanted it so, and what the other
/// server said last. Errors: not_found when there is no such entry, or it is
/// being tried now; those of Queue::settle().
boost::asio::awaitable<storage::Result<void>> give_up(storage::Store& store, Reporter reporter,
                                                      storage::QueueId id);

} // namespace pillarbox::outbound

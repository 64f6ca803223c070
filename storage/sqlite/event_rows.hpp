#pragma once

#include "storage/events.hpp"
#include "storage/sqlite/database.hpp"

#include <chrono>
#include <cstdint>

namespace pillarbox::storage::sqlite {

// What is told of messages lies in one table, what was refused in another: a
// flood of refusals must not push out what happened to mail. Both only grow at
// their end and shrink at their beginning.

/// Writes one down, in the transaction of what it tells of. Of what is in the
/// queue the id there tells whose it is: before it is removed.
void record_event(Database& database, const Event& event);

/// Of what was noted: a sign-in that failed counts only where it was as somebody
/// who is here, for anything may have been typed as a name.
void record_noted(Database& database, Event event);

/// Of a row whose columns are those of the table `event`, in their order.
Event event_of(const Query& row);

inline constexpr std::int64_t events_at_once = 1'000;

/// Whether there are events older than `before`, or more of a table than `most`.
bool too_many_events(Database& database, Time before, std::uint64_t most);

/// Removes up to `events_at_once` of those from each table.
void forget_events(Database& database, Time before, std::uint64_t most);

} // namespace pillarbox::storage::sqlite

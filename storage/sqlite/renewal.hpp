#pragma once

#include "storage/sqlite/database.hpp"

#include <cstdint>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Makes sure that a store which goes on from an older state gives nothing out
/// that was given out after it: its clients may have seen it.
///
/// - Unique ids of POP3: what comes later begins with a new random number
///   (`renewal`), so it differs however many messages there were meanwhile and
///   however often the same state is gone back to. What is there keeps its own.
/// - Uids: a jump that no mailbox has filled meanwhile. A protocol that shows
///   them has to show the renewal too.
/// - Ids of messages, bodies, mailboxes and accounts, and change counters go on
///   with the time, beyond any that can have been given meanwhile; who asks for
///   changes since an earlier one has to look at everything (`horizon`).
/// - Segments: those that are there grow no more, for a backup may have what
///   was written behind their end. What they are numbered jumps too.
///
/// All in the transaction of the caller. Returns the first numbers of the
/// segments that come next, one for each lane; their files must be made, empty.
std::vector<std::int64_t> renew(Database& database);

} // namespace pillarbox::storage::sqlite

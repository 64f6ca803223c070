#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <cstdint>

namespace pillarbox::storage::sqlite {

// Messages of a mailbox are one conversation when their References begin with
// the same message, or they answer it, or they are it (RFC 5322 §3.6.4): what
// Summary::thread_key says. One without it stands alone.

/// Gives the connection `thread_of(thread_key, msg)`, the number of a conversation.
void add_thread_of(Database& database);

/// The message, which has a row, joins its conversation. How many conversations
/// the mailbox has more: 0 or 1.
int join_conversation(Database& database, std::int64_t mailbox, std::uint32_t uid, Time received,
                      std::int64_t msg, std::int64_t body);

/// Finds all conversations anew. Returns how many messages are in one now.
std::int64_t find_conversations(Database& database);

/// What a row shows of a conversation.
Gathered gather(Database& database, MailboxId mailbox, std::int64_t thread);

} // namespace pillarbox::storage::sqlite

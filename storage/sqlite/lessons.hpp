#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// A message was moved by a person. Notes what that teaches, if anything:
/// whatever goes to Junk is junk, and what leaves it, or is kept beyond the
/// Inbox, is wanted.
void record_lesson(Database& database, AccountId account, std::int64_t body, MessageId message,
                   MailboxRole from, MailboxRole to);

/// From now on the account knows `author`, who has written to it.
void remember_sender(Database& database, AccountId account, std::string_view author, MessageId message);

} // namespace pillarbox::storage::sqlite

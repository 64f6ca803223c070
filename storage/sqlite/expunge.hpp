#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Until when the vault keeps what is deleted now. The epoch: not at all.
Time kept_until(std::chrono::seconds period);

/// Takes the account's messages out of their mailboxes, in one change of its
/// counter. Their rows stay until no maildrop shows them, and until `until`.
/// Those that are gone already, or are someone else's, are passed over.
void expunge_messages(Database& database, AccountId account, const std::vector<MessageId>& messages,
                      Time until);

} // namespace pillarbox::storage::sqlite

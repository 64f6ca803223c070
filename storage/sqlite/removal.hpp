#pragma once

#include "storage/devices.hpp"
#include "storage/sqlite/database.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace pillarbox::storage::sqlite {

struct Core;

/// Whether the account lets go of what all its devices have.
bool lets_go_of_fetched(Database& database, AccountId account);

/// Takes those of the messages that the account need not keep any longer,
/// because all its devices have them, into the vault until `until`. Without a
/// vault, the epoch, and from other mailboxes than its Inbox nothing goes.
void remove_fetched(Database& database, AccountId account, MailboxId mailbox,
                    const std::vector<std::int64_t>& uids, Time until);

/// The same for all messages of all accounts, a few at a time, until `stop` says so. Blocks.
void remove_all_fetched(Core& core, const std::function<bool()>& stop);

} // namespace pillarbox::storage::sqlite

#pragma once

#include "storage/result.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

namespace pillarbox::storage::sqlite {

/// A message of a list. The row's columns are msg, mailbox, uid, flags, size,
/// modseq and received of `message`, then sender_name, sender_address, subject,
/// preview, message_id, thread_key, date and attachments of `body`.
Listed listed_of(const Query& row);

/// A mailbox. The row's columns are id, role, name, messages, unseen, octets
/// and modseq of `mailbox`.
Mailbox mailbox_of(const Query& row);

/// One message of the account. Errors: not_found.
Result<Listed> find_listed(Database& database, AccountId account, MessageId message);

} // namespace pillarbox::storage::sqlite

#pragma once

#include "storage/changes.hpp"
#include "storage/result.hpp"
#include "storage/sqlite/database.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pillarbox::storage::sqlite {

/// What changed in the account since its counter was `modseq`. Errors: not_found.
Result<Feed> changes_since(Database& database, AccountId account, std::uint64_t modseq, std::size_t limit);

/// Notes that a message has other flags since `modseq`; `before` is its last
/// change until then. A message has one such row at most.
void note_reflagged(Database& database, MailboxId mailbox, std::uint32_t uid, std::uint64_t before,
                    std::uint64_t modseq);

/// An account with more than `kept` changes to tell, and a tenth more.
std::optional<AccountId> too_much_to_tell(Database& database, std::uint64_t kept);

/// Forgets the account's changes but for the last `kept`, at most `at_once`
/// rows of each mailbox; whether there may be more. Who asks for forgotten
/// ones has to look at everything from the beginning of this on.
bool forget_changes(Database& database, AccountId account, std::uint64_t kept, std::size_t at_once);

} // namespace pillarbox::storage::sqlite

#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Until when the vault keeps what is deleted now. The epoch: not at all.
Time kept_until(std::chrono::seconds period);

/// Why messages leave, for those who ask what happened to them.
struct Reason
{
    std::string_view text{};     // nothing: somebody deleted them
    std::string_view protocol{}; // and how
    std::string_view device{};   // its label
    std::string_view peer{};
    std::string_view session{};
    bool moved = false; // to another mailbox, and that is told there
};

/// Takes the account's messages out of their mailboxes, in one change of its
/// counter. Their rows stay until no maildrop shows them, and until `until`.
/// Those that are gone already, or are someone else's, are passed over.
void expunge_messages(Database& database, AccountId account, const std::vector<MessageId>& messages,
                      Time until, const Reason& reason = {});

} // namespace pillarbox::storage::sqlite

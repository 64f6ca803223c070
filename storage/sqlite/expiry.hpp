#pragma once

#include "storage/result.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace pillarbox::storage::sqlite {

/// How far the Inboxes have been looked through: up to this message of this
/// account's.
struct ExpiryCursor
{
    AccountId account{};
    std::uint32_t uid = 0;
};

/// Some of what is to leave.
struct Expired
{
    std::vector<std::pair<AccountId, MessageId>> messages; // those of one account together
    std::optional<ExpiryCursor> next;                      // where to go on; none: that is all
};

/// Messages that came into an Inbox at least so long before `now`, a few hundred
/// at most, behind `from`. `expire` is for accounts without their own. With never_expires and with 0 days
/// none do: what was retrieved is POP3's to remove (RFC 2449 §6.7). Takes milliseconds.
Result<Expired> find_expired(Database& database, std::chrono::days expire, Time now, ExpiryCursor from);

/// Takes them out of their Inboxes, as expunge_messages() does.
void remove_expired(Database& database, const std::vector<std::pair<AccountId, MessageId>>& messages,
                    Time until);

} // namespace pillarbox::storage::sqlite

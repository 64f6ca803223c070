#pragma once

#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <string_view>

namespace pillarbox::storage::sqlite {

// How a message comes into a mailbox, whichever road it took.

/// A row for a body that was written. `refs` is how many will have it;
/// `content` its octets where they are kept in the row.
void insert_body(Database& database, const Place& place, const Summary& summary, std::size_t refs,
                 std::string_view content);

/// Counts a record in its segment: that of a body with a row when it is live,
/// else garbage. Only a segment's place has one.
void count_record(Database& database, const Place& place, bool live);

/// The octets there have no row, or none any more: they are to be given back.
void insert_garbage(Database& database, const Place& place);

/// One account's copy of a body.
struct Copy
{
    AccountId account{};
    std::int64_t body = 0;
    std::string_view trace;
    std::uint64_t size = 0; // octets, trace included
    std::uint32_t flags = 0;
    Time received{};
};

/// A mailbox that a copy is about to enter, as it is now.
struct Entrance
{
    std::int64_t mailbox = 0;
    std::uint32_t uid = 0;    // the copy's
    std::uint64_t modseq = 0; // the change's
    std::uint64_t room = 0;   // octets that the quotas of account and domain leave
};

/// Octets that the quotas leave. From column `first` on the row has the quota
/// and the octets of an account, then those of its domain.
std::uint64_t room_of(const Query& row, int first, std::uint64_t default_quota);

/// The account's mailbox of that role, or of that id. `default_quota` is for
/// accounts without their own. Errors: not_found.
Result<Entrance> entrance(Database& database, AccountId account, MailboxRole role,
                          std::uint64_t default_quota);
Result<Entrance> entrance(Database& database, AccountId account, MailboxId mailbox,
                          std::uint64_t default_quota);

/// Puts the copy at the mailbox's end and counts it. Errors: over_quota.
Result<Placed> place(Database& database, const Entrance& entrance, const Copy& copy);

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/placing.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/conversation.hpp"

#include <algorithm>
#include <limits>

namespace pillarbox::storage::sqlite {
namespace {

Result<Entrance> entrance_of(Query& row, std::uint64_t default_quota)
{
    if (!row.step()) return make_error_code(Errc::not_found);
    return Entrance{.mailbox = row.integer(0),
                    .uid = row.as<std::uint32_t>(1),
                    .modseq = row.as<std::uint64_t>(2),
                    .room = room_of(row, 3, default_quota)};
}

} // namespace

std::uint64_t room_of(const Query& row, int first, std::uint64_t default_quota)
{
    const auto left = [&](int quota, int octets, std::uint64_t unlimited) {
        const auto own = row.as<std::uint64_t>(quota);
        const auto most = own != 0 ? own : unlimited;
        return most - std::min(most, row.as<std::uint64_t>(octets));
    };
    return std::min(left(first, first + 1, default_quota),
                    left(first + 2, first + 3, std::numeric_limits<std::uint64_t>::max()));
}

void insert_body(Database& database, const Place& place, const Summary& summary, std::size_t refs,
                 std::string_view content)
{
    constexpr auto sql = "INSERT INTO body (id, refs, tier, segment, offset, octets, checksum, "
                         "sender_name, sender_address, subject, "
                         "preview, message_id, thread_key, date, attachments, content) "
                         "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const std::optional<Blob> in_row = place.tier == Tier::row ? std::optional(Blob{content}) : std::nullopt;
    database.run(sql, place.body, refs, place.tier, place.segment, place.offset, place.octets, place.checksum,
                 summary.sender_name, summary.sender_address, summary.subject, summary.preview,
                 summary.message_id, summary.thread_key, summary.date, summary.attachments, in_row);
    if (place.tier == Tier::segment) count_record(database, place, true);
}

void count_record(Database& database, const Place& place, bool live)
{
    const auto octets = place.record_octets();
    database.run("INSERT INTO segment (number, end, bodies, live) VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE "
                 "SET end = max(end, excluded.end), bodies = bodies + 1, live = live + excluded.live",
                 place.segment, place.offset + octets, live ? octets : 0);
}

void insert_garbage(Database& database, const Place& place)
{
    database.run("INSERT INTO garbage (body, tier, segment, offset, octets) VALUES (?, ?, ?, ?, ?)",
                 place.body, place.tier, place.segment, place.offset, place.octets);
}

Result<Entrance> entrance(Database& database, AccountId account, MailboxRole role,
                          std::uint64_t default_quota)
{
    Query row(database,
              "SELECT mailbox.id, mailbox.uid_next, account.modseq + 1, account.quota, account.octets, "
              "domain.quota, domain.octets FROM account JOIN domain ON domain.id = account.domain "
              "JOIN mailbox ON mailbox.account = account.id AND mailbox.role = ? AND "
              "mailbox.role <> 0 WHERE account.id = ?",
              role, account);
    return entrance_of(row, default_quota);
}

Result<Entrance> entrance(Database& database, AccountId account, MailboxId mailbox,
                          std::uint64_t default_quota)
{
    Query row(database,
              "SELECT mailbox.id, mailbox.uid_next, account.modseq + 1, account.quota, account.octets, "
              "domain.quota, domain.octets FROM account JOIN domain ON domain.id = account.domain "
              "JOIN mailbox ON mailbox.account = account.id AND mailbox.id = ? "
              "WHERE account.id = ?",
              mailbox, account);
    return entrance_of(row, default_quota);
}

Result<Placed> place(Database& database, const Entrance& entrance, const Copy& copy)
{
    if (copy.size > entrance.room) return make_error_code(Errc::over_quota);
    database.run("INSERT INTO msg (account, mailbox, uid, body, trace, placed) VALUES (?, ?, ?, ?, ?, ?)",
                 copy.account, entrance.mailbox, entrance.uid, copy.body, Blob{copy.trace}, now());
    const auto id = database.last_id();
    database.run("INSERT INTO message (mailbox, uid, modseq, flags, size, received, msg) VALUES (?, ?, "
                 "?, ?, ?, ?, ?)",
                 entrance.mailbox, entrance.uid, entrance.modseq, copy.flags, copy.size, copy.received, id);
    const int more =
        join_conversation(database, entrance.mailbox, entrance.uid, copy.received, id, copy.body);
    database.run("UPDATE mailbox SET uid_next = ? + 1, messages = messages + 1, unseen = unseen + ?, "
                 "octets = octets + ?, conversations = conversations + ?, modseq = ? WHERE id = ?",
                 entrance.uid, (copy.flags & flag::seen) == 0, copy.size, more, entrance.modseq,
                 entrance.mailbox);
    database.run("UPDATE account SET octets = octets + ?, messages = messages + 1, modseq = ? WHERE id = ?",
                 copy.size, entrance.modseq, copy.account);
    return Placed{.id = MessageId{id}, .mailbox = MailboxId{entrance.mailbox}, .uid = entrance.uid};
}

} // namespace pillarbox::storage::sqlite

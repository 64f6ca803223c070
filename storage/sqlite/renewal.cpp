#include "storage/sqlite/renewal.hpp"

#include "storage/sqlite/body_store.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace pillarbox::storage::sqlite {
namespace {

std::int64_t random_between(std::int64_t least, std::int64_t most)
{
    std::random_device device;
    return std::uniform_int_distribution(least, most)(device);
}

/// Where ids and change counters go on at least: with the time, so that going
/// back to one state twice leads to different ones, and nobody gives a thousand
/// in each millisecond in between. Exact in a double for centuries.
std::int64_t ids_of_now()
{
    using std::chrono::milliseconds;
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(time).count() << 10;
}

/// Behind what was given before, should the clock go wrong.
std::int64_t jump_of_ids()
{
    return random_between(std::int64_t{1} << 20, std::int64_t{1} << 30);
}

void renew_mailboxes(Database& database)
{
    constexpr std::int64_t highest_uid = 0xffff'fffe; // RFC 9051 §2.3.1.1: 32 bits
    // A mailbox that is near the end of its uids takes a part of what is left.
    database.run("UPDATE mailbox SET uid_next = uid_next + min(?, (? - uid_next) / 4)",
                 random_between(std::int64_t{1} << 20, std::int64_t{1} << 22), highest_uid);
    database.run("INSERT INTO renewal (mailbox, uid, uid_validity) "
                 "SELECT id, uid_next, random() & 0x7fffffffffffffff FROM mailbox WHERE true "
                 "ON CONFLICT DO UPDATE SET uid_validity = excluded.uid_validity");
    database.run("UPDATE account SET modseq = max(modseq + ?, ?)", jump_of_ids(), ids_of_now());
    database.run("UPDATE account SET horizon = modseq");
    database.run(
        "UPDATE mailbox SET modseq = account.modseq FROM account WHERE account.id = mailbox.account");
    database.run("DELETE FROM expunged");
    database.run("DELETE FROM reflagged");
}

} // namespace

std::vector<std::int64_t> renew(Database& database)
{
    renew_mailboxes(database);
    database.run("UPDATE sqlite_sequence SET seq = max(seq + ?, ?)", jump_of_ids(), ids_of_now());
    // A table that never had a row begins with the jump as well.
    for (const auto* table : {"domain", "account", "mailbox", "body", "msg", "queue"})
        database.run("INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2 WHERE NOT EXISTS "
                     "(SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                     table, ids_of_now());

    std::int64_t last = 0;
    {
        Query row(database, "SELECT coalesce(max(number), 0) FROM segment");
        row.step();
        last = std::max(row.integer(0) + jump_of_ids(), ids_of_now());
    }
    std::vector<std::int64_t> begun;
    for (const auto lane : {Lane::server, Lane::importer}) {
        const auto number = next_number(lane, last);
        database.run("INSERT INTO segment (number, end, bodies) VALUES (?, 0, 0)", number);
        begun.push_back(number);
    }
    return begun;
}

} // namespace pillarbox::storage::sqlite

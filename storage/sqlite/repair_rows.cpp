#include "storage/sqlite/repair.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/conversation.hpp"

#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

void tell(const Repaired& repaired, std::int64_t count, const std::string& what)
{
    if (count > 0 && repaired) repaired(what + ": " + std::to_string(count));
}

std::vector<std::int64_t> ids_of(Database& database, const char* sql)
{
    std::vector<std::int64_t> ids;
    for (Query row(database, sql); row.step();)
        ids.push_back(row.integer(0));
    return ids;
}

/// What a mailbox shows counts: its copies are told where they are.
void mend_places(Database& database, const Repaired& repaired)
{
    struct Shown
    {
        std::int64_t mailbox, uid, msg;
    };
    std::vector<Shown> misplaced;
    for (Query row(database, "SELECT m.mailbox, m.uid, m.msg FROM message m JOIN msg ON msg.id = m.msg "
                             "WHERE msg.mailbox <> m.mailbox OR msg.uid <> m.uid");
         row.step();)
        misplaced.push_back({row.integer(0), row.integer(1), row.integer(2)});
    for (const auto& [mailbox, uid, msg] : misplaced) {
        const bool elsewhere = Query(database,
                                     "SELECT 1 FROM msg JOIN message m ON m.mailbox = msg.mailbox AND "
                                     "m.uid = msg.uid AND m.msg = msg.id WHERE msg.id = ?",
                                     msg)
                                   .step();
        if (!elsewhere) {
            database.run("UPDATE msg SET mailbox = ?, uid = ? WHERE id = ?", mailbox, uid, msg);
            continue;
        }
        // Two mailboxes show one copy: each gets its own.
        database.run("INSERT INTO msg (account, mailbox, uid, body, trace) "
                     "SELECT account, ?, ?, body, trace FROM msg WHERE id = ?",
                     mailbox, uid, msg);
        database.run("UPDATE message SET msg = ? WHERE mailbox = ? AND uid = ?", database.last_id(), mailbox,
                     uid);
    }
    tell(repaired, static_cast<std::int64_t>(misplaced.size()), "copies were told their mailbox");
    const auto changed = database.run(
        "UPDATE msg SET account = shown.account FROM (SELECT m.msg, mailbox.account FROM message m "
        "JOIN mailbox ON mailbox.id = m.mailbox) AS shown WHERE shown.msg = msg.id AND "
        "msg.account <> shown.account");
    tell(repaired, changed, "copies were told their account");
}

void shelve_what_has_no_place(Database& database, const Repaired& repaired)
{
    const auto all = [&](const char* sql, const char* reason, const char* what) {
        const auto copies = ids_of(database, sql);
        for (const auto msg : copies)
            shelve(database, msg, reason);
        tell(repaired, static_cast<std::int64_t>(copies.size()), what);
    };
    all("SELECT m.msg FROM message m LEFT JOIN msg ON msg.id = m.msg WHERE msg.id IS NULL",
        "its copy is gone", "messages without a copy were put into quarantine");
    all("SELECT m.msg FROM message m LEFT JOIN mailbox ON mailbox.id = m.mailbox WHERE mailbox.id IS NULL",
        "its mailbox is gone", "messages without a mailbox were put into quarantine");
    all("SELECT msg.id FROM msg LEFT JOIN body ON body.id = msg.body WHERE body.id IS NULL "
        "AND msg.id NOT IN (SELECT msg FROM quarantine)",
        "its body is gone", "messages without a body were put into quarantine");
    all("SELECT msg.id FROM msg LEFT JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND "
        "m.msg = msg.id WHERE m.msg IS NULL AND msg.id NOT IN (SELECT msg FROM dead) AND "
        "msg.id NOT IN (SELECT msg FROM quarantine)",
        "it was in no mailbox", "messages that were in no mailbox were put into quarantine");
    auto changed = database.run("DELETE FROM dead WHERE msg IN (SELECT msg FROM message)");
    changed += database.run("DELETE FROM quarantine WHERE msg IN (SELECT message.msg FROM message "
                            "JOIN msg ON msg.id = message.msg)");
    tell(repaired, changed, "messages that are shown are deleted or in quarantine no longer");
    tell(repaired, database.run("DELETE FROM dead WHERE msg NOT IN (SELECT id FROM msg)"),
         "entries of deleted messages without a copy were dropped");
    tell(repaired,
         database.run("DELETE FROM unique_id WHERE EXISTS (SELECT 1 FROM unique_id first WHERE "
                      "first.mailbox = unique_id.mailbox AND first.value = unique_id.value COLLATE NOCASE "
                      "AND first.uid < unique_id.uid)"),
         "unique ids that another message has were replaced by new ones");
}

void mend_bodies(Database& database, const Repaired& repaired)
{
    tell(repaired,
         database.run("UPDATE body SET refs = used.n FROM (SELECT id, (SELECT count(*) FROM msg WHERE "
                      "msg.body = body.id) + (SELECT count(*) FROM queue WHERE queue.body = body.id) AS n "
                      "FROM body) AS used WHERE used.id = body.id AND refs <> used.n"),
         "uses of bodies were counted anew");
    tell(repaired,
         database.run("DELETE FROM garbage WHERE EXISTS (SELECT 1 FROM body WHERE body.id = garbage.body AND "
                      "body.tier = garbage.tier AND body.segment = garbage.segment AND "
                      "body.offset = garbage.offset)"),
         "bodies that are in use are given back no longer");
    auto changed = database.run("INSERT INTO segment (number, end, bodies) SELECT segment, 0, 0 FROM body "
                                "WHERE tier = 1 AND segment NOT IN (SELECT number FROM segment) "
                                "GROUP BY segment");
    // What there is, by segment; `live` is only what has a row.
    constexpr auto counters =
        "UPDATE segment SET bodies = there.n, live = there.l, end = max(end, there.e) FROM "
        "(SELECT number, count(place.octets) AS n, coalesce(sum((place.octets + 24) * place.used), 0) AS l, "
        "coalesce(max(place.offset + place.octets + 24), 0) AS e FROM segment LEFT JOIN "
        "(SELECT segment, offset, octets, 1 AS used FROM body WHERE tier = 1 UNION ALL "
        "SELECT segment, offset, octets, 0 FROM garbage WHERE tier = 1) AS place ON place.segment = number "
        "GROUP BY number) AS there WHERE there.number = segment.number AND "
        "(bodies <> there.n OR live <> there.l OR end < there.e)";
    changed += database.run(counters);
    tell(repaired, changed, "segments were counted anew");
}

void mend_counters(Database& database, const Repaired& repaired)
{
    tell(repaired,
         database.run("UPDATE message SET size = real.size FROM (SELECT m.mailbox, m.uid, "
                      "length(msg.trace) + body.octets AS size FROM message m JOIN msg ON msg.id = m.msg "
                      "JOIN body ON body.id = msg.body) AS real WHERE real.mailbox = message.mailbox AND "
                      "real.uid = message.uid AND message.size <> real.size"),
         "sizes of messages were set right");
    auto changed = database.run(
        "UPDATE account SET modseq = highest.modseq FROM (SELECT mailbox.account, max(max(mailbox.modseq), "
        "coalesce(max(m.modseq), 0)) AS modseq FROM mailbox LEFT JOIN message m ON m.mailbox = mailbox.id "
        "GROUP BY mailbox.account) AS highest WHERE highest.account = account.id AND "
        "account.modseq < highest.modseq");
    tell(repaired, changed, "change counters were raised");
    changed = database.run(
        "UPDATE mailbox SET uid_next = highest.uid + 1 FROM (SELECT id, max(coalesce((SELECT max(uid) FROM "
        "message m WHERE m.mailbox = mailbox.id), 0), coalesce((SELECT max(uid) FROM dead WHERE "
        "dead.mailbox = mailbox.id), 0), coalesce((SELECT max(uid) FROM quarantine q WHERE q.mailbox = "
        "mailbox.id), 0)) AS uid FROM mailbox) AS highest WHERE highest.id = mailbox.id AND "
        "highest.uid >= mailbox.uid_next");
    tell(repaired, changed, "next uids were raised");
    changed = database.run(
        "UPDATE mailbox SET messages = there.n, unseen = there.u, octets = there.o FROM (SELECT mailbox.id, "
        "count(m.uid) AS n, coalesce(sum((m.flags & 1) = 0), 0) AS u, coalesce(sum(m.size), 0) AS o "
        "FROM mailbox LEFT JOIN message m ON m.mailbox = mailbox.id GROUP BY mailbox.id) AS there "
        "WHERE there.id = mailbox.id AND (messages <> there.n OR unseen <> there.u OR octets <> there.o)");
    tell(repaired, changed, "mailboxes were counted anew");
    // Who followed the changes did not see how it came to this.
    if (changed > 0) database.run("UPDATE account SET modseq = modseq + 1, horizon = modseq + 1");
    changed = database.run(
        "UPDATE account SET messages = there.n, octets = there.o FROM (SELECT account.id, "
        "coalesce(sum(mailbox.messages), 0) AS n, coalesce(sum(mailbox.octets), 0) AS o FROM account "
        "LEFT JOIN mailbox ON mailbox.account = account.id GROUP BY account.id) AS there "
        "WHERE there.id = account.id AND (messages <> there.n OR octets <> there.o)");
    tell(repaired, changed, "accounts were counted anew");
    changed = database.run(
        "UPDATE domain SET octets = there.o FROM (SELECT domain.id, coalesce(sum(account.octets), 0) AS o "
        "FROM domain LEFT JOIN account ON account.domain = domain.id GROUP BY domain.id) AS there "
        "WHERE there.id = domain.id AND domain.quota > 0 AND octets <> there.o");
    tell(repaired, changed, "domains were counted anew");
}

/// What is derived from the rest is made anew as soon as it does not fit.
void mend_conversations(Database& database, const Repaired& repaired)
{
    const bool wrong =
        Query(
            database,
            "SELECT 1 FROM mailbox WHERE conversations <> (SELECT count(DISTINCT thread) FROM conversation c "
            "WHERE c.mailbox = mailbox.id) OR conversations <> (SELECT count(*) FROM conversation c "
            "WHERE c.mailbox = mailbox.id AND latest = 1) UNION ALL "
            "SELECT 1 FROM conversation c LEFT JOIN message m ON m.mailbox = c.mailbox AND m.uid = c.uid "
            "WHERE m.uid IS NULL UNION ALL "
            "SELECT 1 FROM message m JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body "
            "LEFT JOIN conversation c ON c.mailbox = m.mailbox AND c.latest IN (0, 1) AND "
            "c.received = m.received AND c.uid = m.uid WHERE c.uid IS NULL LIMIT 1")
            .step();
    if (wrong) tell(repaired, find_conversations(database), "messages were put into their conversations");
}

/// Who seems not to have a message is given it again.
void mend_fetched(Database& database, const Repaired& repaired)
{
    auto changed = database.run("DELETE FROM device WHERE account NOT IN (SELECT id FROM account)");
    changed += database.run(
        "DELETE FROM fetched WHERE NOT EXISTS (SELECT 1 FROM device JOIN mailbox ON mailbox.account = "
        "device.account WHERE device.id = fetched.device AND mailbox.id = fetched.mailbox)");
    changed += database.run(
        "DELETE FROM fetched WHERE (device, mailbox, first) IN (SELECT device, mailbox, first FROM (SELECT "
        "device, mailbox, first, last, lead(first, 1, uid_next) OVER (PARTITION BY device, mailbox "
        "ORDER BY first) AS following FROM fetched JOIN mailbox ON mailbox.id = fetched.mailbox) "
        "WHERE last < first OR last >= following)");
    tell(repaired, changed, "what devices have fetched was forgotten where it could not be");
}

void mend_sequences(Database& database, const Repaired& repaired)
{
    constexpr const char* raises[][2] = {
        {"UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM body) WHERE name = 'body' AND "
         "seq < (SELECT max(id) FROM body)",
         "bodies"},
        {"UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM msg) WHERE name = 'msg' AND "
         "seq < (SELECT max(id) FROM msg)",
         "messages"},
        {"UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM mailbox) WHERE name = 'mailbox' AND "
         "seq < (SELECT max(id) FROM mailbox)",
         "mailboxes"},
        {"UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM account) WHERE name = 'account' AND "
         "seq < (SELECT max(id) FROM account)",
         "accounts"},
        {"UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM queue) WHERE name = 'queue' AND "
         "seq < (SELECT max(id) FROM queue)",
         "queue entries"},
    };
    for (const auto& [sql, what] : raises)
        tell(repaired, database.run(sql), std::string("next ids were raised for ") + what);
}

} // namespace

void shelve(Database& database, std::int64_t msg, std::string_view reason)
{
    struct Copy
    {
        std::int64_t account = 0, mailbox = 0, uid = 0, flags = 0, size = 0, received = 0;
        bool shown = false;
    } copy;
    {
        Query row(database,
                  "SELECT coalesce(mailbox.account, msg.account, 0), m.mailbox, m.uid, m.flags, m.size, "
                  "m.received, 1 FROM message m LEFT JOIN mailbox ON mailbox.id = m.mailbox "
                  "LEFT JOIN msg ON msg.id = m.msg WHERE m.msg = ?1 AND "
                  "(msg.id IS NULL OR (msg.mailbox = m.mailbox AND msg.uid = m.uid)) "
                  "UNION ALL SELECT account, mailbox, uid, flags, size, received, 0 FROM dead WHERE msg = ?1 "
                  "UNION ALL SELECT msg.account, msg.mailbox, msg.uid, 0, length(msg.trace) + "
                  "coalesce(body.octets, 0), ?2, 0 FROM msg LEFT JOIN body ON body.id = msg.body "
                  "WHERE msg.id = ?1 LIMIT 1",
                  msg, now());
        if (!row.step()) return;
        copy = {row.integer(0), row.integer(1), row.integer(2), row.integer(3),
                row.integer(4), row.integer(5), row.as<bool>(6)};
    }
    const auto modseq = next_modseq(database, AccountId{copy.account});
    if (copy.shown) {
        // For clients it has gone, as if it had been expunged.
        database.run("DELETE FROM message WHERE mailbox = ? AND uid = ?", copy.mailbox, copy.uid);
        if (modseq)
            database.run("INSERT INTO expunged (mailbox, modseq, uid) SELECT id, ?, ? FROM mailbox "
                         "WHERE id = ?",
                         *modseq, copy.uid, copy.mailbox);
    }
    database.run("DELETE FROM dead WHERE msg = ?", msg);
    database.run("INSERT INTO quarantine (msg, account, mailbox, uid, flags, size, received, reason, since) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                 msg, copy.account, copy.mailbox, copy.uid, copy.flags, copy.size, copy.received, reason,
                 now());
}

void mend_rows(Database& database, const Repaired& repaired)
{
    mend_places(database, repaired);
    shelve_what_has_no_place(database, repaired);
    mend_bodies(database, repaired);
    mend_counters(database, repaired);
    mend_conversations(database, repaired);
    mend_fetched(database, repaired);
    mend_sequences(database, repaired);
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/verify_rows.hpp"

#include <SQLiteCpp/Exception.h>

namespace pillarbox::storage::sqlite {
namespace {

/// A question whose every answer is a finding. Its columns are what there is
/// to say, the message, the body, the mailbox, the uid; 0 where there is none.
struct Question
{
    const char* kind;
    const char* sql;
};

// Messages, from what a mailbox shows down to the body and back.
constexpr Question about_messages[] = {
    {"message_without_copy", "SELECT 'the mailbox shows a message that has no copy (msg ' || m.msg || ')', "
                             "m.msg, 0, m.mailbox, m.uid "
                             "FROM message m LEFT JOIN msg ON msg.id = m.msg WHERE msg.id IS NULL"},
    {"copy_misplaced",
     "SELECT 'its copy says mailbox ' || msg.mailbox || ' and uid ' || msg.uid, m.msg, msg.body, m.mailbox, "
     "m.uid FROM message m JOIN msg ON msg.id = m.msg WHERE msg.mailbox <> m.mailbox OR msg.uid <> m.uid"},
    {"copy_misplaced",
     "SELECT 'its copy belongs to account ' || msg.account || ', its mailbox to ' || mailbox.account, m.msg, "
     "msg.body, m.mailbox, m.uid FROM message m JOIN msg ON msg.id = m.msg JOIN mailbox ON mailbox.id = "
     "m.mailbox WHERE msg.account <> mailbox.account"},
    {"message_size",
     "SELECT 'its size is said to be ' || m.size || ', and is ' || (length(msg.trace) + body.octets), m.msg, "
     "body.id, m.mailbox, m.uid FROM message m JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body "
     "WHERE m.size <> length(msg.trace) + body.octets"},
    {"message_modseq",
     "SELECT 'its change counter is beyond its account''s', m.msg, 0, m.mailbox, m.uid FROM message m "
     "JOIN mailbox ON mailbox.id = m.mailbox JOIN account ON account.id = mailbox.account "
     "WHERE m.modseq > account.modseq"},
    {"copy_without_body",
     "SELECT 'its body is gone (body ' || msg.body || ')', msg.id, msg.body, msg.mailbox, msg.uid FROM msg "
     "LEFT JOIN body ON body.id = msg.body WHERE body.id IS NULL "
     "AND msg.id NOT IN (SELECT msg FROM quarantine)"},
    {"copy_nowhere",
     "SELECT 'it is in no mailbox, not deleted, and not in quarantine', msg.id, msg.body, msg.mailbox, "
     "msg.uid "
     "FROM msg LEFT JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
     "LEFT JOIN dead ON dead.msg = msg.id LEFT JOIN quarantine ON quarantine.msg = msg.id "
     "WHERE m.msg IS NULL AND dead.msg IS NULL AND quarantine.msg IS NULL"},
    {"copy_twice",
     "SELECT 'it is shown, and deleted too', m.msg, 0, m.mailbox, m.uid FROM dead JOIN msg ON msg.id = "
     "dead.msg JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id"},
    {"copy_twice",
     "SELECT 'it is shown, and in quarantine too', m.msg, 0, m.mailbox, m.uid FROM quarantine JOIN msg ON "
     "msg.id = quarantine.msg JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = "
     "msg.id"},
    {"dead_without_copy",
     "SELECT 'a deleted message has no copy (msg ' || dead.msg || ')', dead.msg, 0, dead.mailbox, dead.uid "
     "FROM dead LEFT JOIN msg ON msg.id = dead.msg WHERE msg.id IS NULL"},
    {"unique_id_twice",
     "SELECT 'the unique id ' || quote(value) || ' belongs to ' || count(*) || ' messages', 0, 0, mailbox, "
     "max(uid) FROM unique_id GROUP BY mailbox, value COLLATE NOCASE HAVING count(*) > 1"},
};

// Bodies: who has them, and where they are.
constexpr Question about_bodies[] = {
    {"body_refs",
     "SELECT 'its row counts ' || refs || ' uses, and there are ' || used, 0, id, 0, 0 FROM (SELECT id, "
     "refs, "
     "(SELECT count(*) FROM msg WHERE msg.body = body.id) + (SELECT count(*) FROM queue WHERE queue.body = "
     "body.id) AS used FROM body) WHERE refs <> used"},
    {"body_and_garbage", "SELECT 'its octets are to be given back although it has a row', 0, body.id, 0, 0 "
                         "FROM garbage JOIN body ON body.id = garbage.body AND body.tier = garbage.tier AND "
                         "body.segment = garbage.segment AND body.offset = garbage.offset"},
    {"segment_unknown",
     "SELECT 'segment ' || segment || ', where bodies are, has no row', 0, min(id), 0, 0 FROM body "
     "WHERE tier = 1 AND segment NOT IN (SELECT number FROM segment) GROUP BY segment"},
    {"segment_counters",
     "SELECT 'segment ' || number || ' is said to have ' || bodies || ' bodies, ' || live || ' octets in use "
     "and its end at ' || end || '; it has ' || n || ', ' || l || ' and ' || e, 0, 0, 0, 0 FROM (SELECT "
     "number, bodies, live, end, count(place.body) AS n, "
     "coalesce(sum((place.octets + 24) * (place.used > 0)), 0) AS l, "
     "coalesce(max(place.offset + place.octets + 24), 0) AS e FROM segment LEFT JOIN temp.place AS place ON "
     "place.segment = number GROUP BY number) WHERE bodies <> n OR live <> l OR end < e"},
};

// Counters and numbers that go on.
constexpr Question about_counters[] = {
    {"mailbox_counters",
     "SELECT 'the mailbox counts ' || messages || ' messages, ' || unseen || ' unseen, ' || octets || ' "
     "octets; there are ' || n || ', ' || u || ', ' || o, 0, 0, id, 0 FROM (SELECT id, mailbox.messages, "
     "mailbox.unseen, mailbox.octets, count(m.uid) AS n, coalesce(sum((m.flags & 1) = 0), 0) AS u, "
     "coalesce(sum(m.size), 0) AS o FROM mailbox LEFT JOIN message m ON m.mailbox = mailbox.id "
     "GROUP BY mailbox.id) WHERE messages <> n OR unseen <> u OR octets <> o"},
    {"conversation_missing",
     "SELECT 'it is in no conversation', m.msg, msg.body, m.mailbox, m.uid FROM message m "
     "JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body LEFT JOIN conversation c ON "
     "c.mailbox = m.mailbox AND c.latest IN (0, 1) AND c.received = m.received AND c.uid = m.uid "
     "WHERE c.uid IS NULL"},
    {"conversation_stray",
     "SELECT 'a conversation has a message that the mailbox does not show', 0, 0, c.mailbox, c.uid "
     "FROM conversation c LEFT JOIN message m ON m.mailbox = c.mailbox AND m.uid = c.uid "
     "WHERE m.uid IS NULL"},
    {"conversation_counters",
     "SELECT 'the mailbox counts ' || conversations || ' conversations; there are ' || n || ', and ' || l || "
     "' are shown', 0, 0, id, 0 FROM (SELECT id, conversations, (SELECT count(DISTINCT thread) "
     "FROM conversation c WHERE c.mailbox = mailbox.id) AS n, (SELECT count(*) FROM conversation c "
     "WHERE c.mailbox = mailbox.id AND latest = 1) AS l FROM mailbox) WHERE conversations <> n OR l <> n"},
    {"account_counters",
     "SELECT 'the account ' || address || ' counts ' || messages || ' messages, ' || octets || ' octets; its "
     "mailboxes have ' || n || ', ' || o, 0, 0, box, 0 FROM (SELECT address, account.messages, "
     "account.octets, coalesce(sum(mailbox.messages), 0) AS n, coalesce(sum(mailbox.octets), 0) AS o, "
     "min(mailbox.id) AS box FROM account LEFT JOIN mailbox ON mailbox.account = account.id "
     "GROUP BY account.id) WHERE messages <> n OR octets <> o"},
    {"domain_counters",
     "SELECT 'the domain ' || name || ' counts ' || octets || ' octets; its accounts have ' || o, 0, 0, 0, 0 "
     "FROM (SELECT name, domain.quota, domain.octets, coalesce(sum(account.octets), 0) AS o FROM domain "
     "LEFT JOIN account ON account.domain = domain.id GROUP BY domain.id) WHERE quota > 0 AND octets <> o"},
    {"uid_next",
     "SELECT 'the next uid would be ' || uid_next || ', and ' || highest || ' was given', 0, 0, id, highest "
     "FROM (SELECT id, uid_next, max((SELECT coalesce(max(uid), 0) FROM message m WHERE m.mailbox = "
     "mailbox.id), "
     "(SELECT coalesce(max(uid), 0) FROM dead WHERE dead.mailbox = mailbox.id)) AS highest FROM mailbox) "
     "WHERE highest >= uid_next"},
    {"mailbox_modseq",
     "SELECT 'the mailbox''s change counter is beyond its account''s', 0, 0, mailbox.id, 0 FROM mailbox JOIN "
     "account ON account.id = mailbox.account WHERE mailbox.modseq > account.modseq"},
    {"fetched_misplaced",
     "SELECT 'the device ' || quote(label) || ' is said to have messages of mailbox ' || fetched.mailbox || "
     "', which is none of its account''s', 0, 0, fetched.mailbox, first FROM fetched "
     "JOIN device ON device.id = fetched.device LEFT JOIN mailbox ON mailbox.id = fetched.mailbox "
     "WHERE mailbox.account IS NOT device.account"},
    {"fetched_runs",
     "SELECT 'what device ' || device || ' has from uid ' || first || ' on does not end before what "
     "follows', "
     "0, 0, mailbox, first FROM (SELECT device, mailbox, first, last, lead(first, 1, uid_next) OVER "
     "(PARTITION BY device, mailbox ORDER BY first) AS following FROM fetched "
     "JOIN mailbox ON mailbox.id = fetched.mailbox) WHERE last < first OR last >= following"},
    {"sequence",
     "SELECT 'ids of ' || name || ' would be given again', 0, 0, 0, 0 FROM ("
     "SELECT 'body' AS name, max(id) AS highest FROM body UNION ALL SELECT 'msg', max(id) FROM msg UNION ALL "
     "SELECT 'mailbox', max(id) FROM mailbox UNION ALL SELECT 'account', max(id) FROM account UNION ALL "
     "SELECT 'queue', max(id) FROM queue) AS given WHERE highest > coalesce((SELECT max(seq) FROM "
     "sqlite_sequence WHERE sqlite_sequence.name = given.name), 0)"},
};

void describe_message(Database& database, std::int64_t mailbox, Finding& finding)
{
    {
        Query row(database,
                  "SELECT account.address, mailbox.name FROM mailbox LEFT JOIN account "
                  "ON account.id = mailbox.account WHERE mailbox.id = ?",
                  mailbox);
        if (row.step()) {
            finding.account = row.as<std::string>(0);
            finding.mailbox = row.as<std::string>(1);
        }
    }
    Query row(database,
              "SELECT subject FROM body WHERE id = CASE WHEN ?1 <> 0 THEN ?1 ELSE "
              "(SELECT body FROM msg WHERE id = ?2) END",
              finding.body, finding.message);
    if (row.step()) finding.subject = row.as<std::string>(0);
}

void ask(Database& database, const Question& question, Findings& findings)
{
    Query answer(database, question.sql);
    while (answer.step()) {
        Finding finding{.kind = question.kind, .what = answer.as<std::string>(0)};
        finding.message = answer.integer(1);
        finding.body = answer.integer(2);
        finding.uid = answer.as<std::uint32_t>(4);
        describe_message(database, answer.integer(3), finding);
        findings.add(std::move(finding));
    }
}

void check_file(Database& database, const std::filesystem::path& file, Findings& findings)
{
    {
        Query row(database, "PRAGMA integrity_check(100)");
        while (row.step()) {
            if (row.text(0) == "ok") break;
            findings.damage.database = true;
            findings.add({.kind = "database_damaged", .what = row.as<std::string>(0), .path = file.string()});
        }
    }
    Query row(database, "PRAGMA foreign_key_check");
    while (row.step())
        findings.add({.kind = "row_orphaned",
                      .what = "row " + row.as<std::string>(1) + " of " + row.as<std::string>(0) +
                              " belongs to a row of " + row.as<std::string>(2) + " that is not there",
                      .path = file.string()});
}

} // namespace

void check_database(Database& database, const std::filesystem::path& file, Findings& findings)
{
    // One page that cannot be read fails one question, not all of them.
    const auto guarded = [&](auto&& check) {
        try {
            check();
        } catch (const SQLite::Exception& error) {
            findings.damage.database = true;
            findings.add({.kind = "database_damaged", .what = error.what(), .path = file.string()});
        }
    };
    guarded([&] { check_file(database, file, findings); });
    const auto all = [&](const auto& questions) {
        for (const auto& question : questions)
            guarded([&] { ask(database, question, findings); });
    };
    all(about_messages);
    all(about_bodies);
    all(about_counters);
}

} // namespace pillarbox::storage::sqlite

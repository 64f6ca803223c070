#include "storage/sqlite/schema.hpp"

#include "storage/sqlite/addresses_schema.hpp"
#include "storage/sqlite/conversation_schema.hpp"
#include "storage/sqlite/dead_schema.hpp"
#include "storage/sqlite/event_schema.hpp"
#include "storage/sqlite/junk_schema.hpp"
#include "storage/sqlite/lists_schema.hpp"
#include "storage/sqlite/reset_schema.hpp"
#include "storage/sqlite/schema_drafts.hpp"
#include "storage/sqlite/schema_outgoing.hpp"
#include "storage/sqlite/settings_schema.hpp"
#include "storage/sqlite/sign_in_schema.hpp"
#include "storage/sqlite/tallies_schema.hpp"
#include "storage/sqlite/tls_schema.hpp"

#include <array>

namespace pillarbox::storage::sqlite {
namespace {

// Identities are AUTOINCREMENT wherever one that was used must never come
// again. `modseq` is an account's change counter, and the value it had when
// something changed last.
constexpr auto first_schema = R"sql(
CREATE TABLE domain (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    name    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT;

CREATE TABLE account (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    domain        INTEGER NOT NULL REFERENCES domain (id),
    address       TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    admin         INTEGER NOT NULL,
    enabled       INTEGER NOT NULL DEFAULT 1,
    quota         INTEGER NOT NULL,
    octets        INTEGER NOT NULL DEFAULT 0,
    messages      INTEGER NOT NULL DEFAULT 0,
    modseq        INTEGER NOT NULL DEFAULT 1,
    created       INTEGER NOT NULL
) STRICT;
CREATE INDEX account_by_domain ON account (domain);

CREATE TABLE app_password (
    account       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    label         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    created       INTEGER NOT NULL,
    last_used     INTEGER,
    PRIMARY KEY (account, label)
) STRICT, WITHOUT ROWID;

-- A catch-all's address is '@domain'.
CREATE TABLE alias (
    address TEXT PRIMARY KEY,
    domain  INTEGER NOT NULL REFERENCES domain (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alias_by_domain ON alias (domain);

CREATE TABLE alias_target (
    alias    TEXT NOT NULL REFERENCES alias (address) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    target   TEXT NOT NULL,
    PRIMARY KEY (alias, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE web_session (
    digest  BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf    BLOB NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX web_session_by_account ON web_session (account);

-- uid_validity is random: with it the unique ids of a mailbox are never those
-- of another, not even of one of the same name after it was removed.
CREATE TABLE mailbox (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    account      INTEGER NOT NULL REFERENCES account (id),
    role         INTEGER NOT NULL,
    name         TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid_next     INTEGER NOT NULL DEFAULT 1,
    messages     INTEGER NOT NULL DEFAULT 0,
    unseen       INTEGER NOT NULL DEFAULT 0,
    octets       INTEGER NOT NULL DEFAULT 0,
    modseq       INTEGER NOT NULL DEFAULT 1,
    UNIQUE (account, name)
) STRICT;
CREATE UNIQUE INDEX mailbox_by_role ON mailbox (account, role) WHERE role <> 0;

-- What was accepted: once for all who have it. `content` is last, so that
-- reading the summary never touches it.
CREATE TABLE body (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    refs           INTEGER NOT NULL,
    tier           INTEGER NOT NULL,
    segment        INTEGER NOT NULL,
    offset         INTEGER NOT NULL,
    octets         INTEGER NOT NULL,
    checksum       INTEGER NOT NULL,
    sender_name    TEXT NOT NULL,
    sender_address TEXT NOT NULL,
    subject        TEXT NOT NULL,
    preview        TEXT NOT NULL,
    message_id     TEXT NOT NULL,
    thread_key     TEXT NOT NULL,
    date           INTEGER NOT NULL,
    attachments    INTEGER NOT NULL,
    content        BLOB
) STRICT;

-- One account's copy of it.
CREATE TABLE msg (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    mailbox INTEGER NOT NULL,
    uid     INTEGER NOT NULL,
    body    INTEGER NOT NULL,
    trace   BLOB NOT NULL
) STRICT;

-- What a mailbox shows. Narrow: opening it reads nothing else.
CREATE TABLE message (
    mailbox  INTEGER NOT NULL REFERENCES mailbox (id),
    uid      INTEGER NOT NULL,
    modseq   INTEGER NOT NULL,
    flags    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    received INTEGER NOT NULL,
    msg      INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;

-- Unique ids brought along from another server.
CREATE TABLE unique_id (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id),
    uid     INTEGER NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;

-- What has gone from a mailbox, for those who ask what changed since.
CREATE TABLE expunged (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id),
    modseq  INTEGER NOT NULL,
    uid     INTEGER NOT NULL,
    PRIMARY KEY (mailbox, modseq, uid)
) STRICT, WITHOUT ROWID;

-- Copies that are in no mailbox any more, and stay while a maildrop shows them.
CREATE TABLE dead (
    msg     INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    mailbox INTEGER NOT NULL,
    uid     INTEGER NOT NULL,
    modseq  INTEGER NOT NULL,
    size    INTEGER NOT NULL
) STRICT;
CREATE INDEX dead_by_mailbox ON dead (mailbox, uid);

-- Bodies without a row whose octets are still to be given back.
CREATE TABLE garbage (
    body    INTEGER PRIMARY KEY,
    tier    INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    offset  INTEGER NOT NULL,
    octets  INTEGER NOT NULL
) STRICT;

-- How far a segment's file is in use, and how many bodies in it have a row or
-- are garbage.
CREATE TABLE segment (
    number INTEGER PRIMARY KEY,
    end    INTEGER NOT NULL,
    bodies INTEGER NOT NULL
) STRICT;

CREATE TABLE queue (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    body         INTEGER NOT NULL REFERENCES body (id),
    submitter    INTEGER,
    reverse_path TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    trace        BLOB NOT NULL,
    size         INTEGER NOT NULL,
    queued       INTEGER NOT NULL,
    held         INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_by_body ON queue (body);
)sql";

// What came later: the vault, changes since a time, quotas of domains, giving
// space back by moving, and what import, backup and repair have to remember.
constexpr auto second_schema = R"sql(
-- Octets for all accounts of the domain together; 0: no limit, and then
-- `octets` is not kept.
ALTER TABLE domain ADD COLUMN quota  INTEGER NOT NULL DEFAULT 0;
ALTER TABLE domain ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;

-- What of a segment is records of bodies that have a row.
ALTER TABLE segment ADD COLUMN live INTEGER NOT NULL DEFAULT 0;
UPDATE segment SET live = (SELECT coalesce(sum(octets + 24), 0) FROM body
                           WHERE tier = 1 AND body.segment = segment.number);

-- The vault: what is dead stays until then (seconds since the epoch; 0: goes
-- as soon as no maildrop shows it), as it was.
ALTER TABLE dead ADD COLUMN until    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN flags    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
CREATE INDEX dead_by_until ON dead (until);
CREATE INDEX dead_by_account ON dead (account, until);

-- From a body to those who have it. Bodies come in order: appended, not spread.
CREATE INDEX msg_by_body ON msg (body);

-- Messages whose flags changed, as `expunged` has those that went. New ones
-- need no such row: they are the last of their mailbox.
CREATE TABLE reflagged (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id),
    modseq  INTEGER NOT NULL,
    uid     INTEGER NOT NULL,
    PRIMARY KEY (mailbox, modseq, uid)
) STRICT, WITHOUT ROWID;

-- Changes up to here have been forgotten: who asks for older ones has to look
-- at everything.
ALTER TABLE account ADD COLUMN horizon INTEGER NOT NULL DEFAULT 0;

-- While one lasts (seconds since the epoch), no octets are given back or
-- moved: another process reads them.
CREATE TABLE lease (
    holder TEXT PRIMARY KEY,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What has been imported into a mailbox, so that doing it again adds nothing.
CREATE TABLE imported (
    mailbox INTEGER NOT NULL REFERENCES mailbox (id),
    digest  BLOB NOT NULL,
    PRIMARY KEY (mailbox, digest)
) STRICT, WITHOUT ROWID;

-- Messages taken out of sight because they are damaged; their rows in `msg`
-- and `body` stay.
CREATE TABLE quarantine (
    msg      INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL,
    mailbox  INTEGER NOT NULL,
    uid      INTEGER NOT NULL,
    flags    INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    received INTEGER NOT NULL,
    reason   TEXT NOT NULL,
    since    INTEGER NOT NULL
) STRICT;
)sql";

// A unique id that was brought along is looked for before it is kept.
constexpr auto third_schema = R"sql(
CREATE INDEX unique_id_by_value ON unique_id (mailbox, value COLLATE NOCASE);
)sql";

// What backups need to know.
constexpr auto fourth_schema = R"sql(
-- Which store this is, for good: one row. A backup belongs to one.
CREATE TABLE store (
    id BLOB NOT NULL
) STRICT;
INSERT INTO store (id) VALUES (randomblob(16));

-- A store that was restored goes on from an older state than the one its
-- clients saw last. Uids from this one on have another beginning in their
-- unique ids, so that none is ever another message's.
CREATE TABLE renewal (
    mailbox      INTEGER NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE,
    uid          INTEGER NOT NULL,
    uid_validity INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
) STRICT, WITHOUT ROWID;
)sql";

// What is dead may be much, and old: a maildrop looks for what died lately.
constexpr auto fifth_schema = R"sql(
DROP INDEX dead_by_mailbox;
CREATE INDEX dead_by_change ON dead (mailbox, modseq);
)sql";

// Domains with a quota count, whichever way octets come or go. The others pay
// a look at their row.
constexpr auto sixth_schema = R"sql(
CREATE TRIGGER domain_counts_octets AFTER UPDATE OF octets ON account
WHEN new.octets <> old.octets AND (SELECT quota FROM domain WHERE id = new.domain) > 0
BEGIN
    UPDATE domain SET octets = octets + new.octets - old.octets WHERE id = new.domain;
END;
CREATE TRIGGER domain_counts_account AFTER DELETE ON account
WHEN old.octets <> 0 AND (SELECT quota FROM domain WHERE id = old.domain) > 0
BEGIN
    UPDATE domain SET octets = octets - old.octets WHERE id = old.domain;
END;
)sql";

// A body that is moved leaves a place behind, and may be moved again, or go,
// before that is given back: what is to be given back are places.
constexpr auto seventh_schema = R"sql(
CREATE TABLE garbage_by_place (
    body    INTEGER NOT NULL,
    tier    INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    offset  INTEGER NOT NULL,
    octets  INTEGER NOT NULL,
    PRIMARY KEY (segment, offset, body)
) STRICT, WITHOUT ROWID;
INSERT INTO garbage_by_place SELECT body, tier, segment, offset, octets FROM garbage;
DROP TABLE garbage;
ALTER TABLE garbage_by_place RENAME TO garbage;
)sql";

// What SCRAM is checked with, sealed with the server's key; empty until a
// password that was set before is at hand again.
constexpr auto eighth_schema = R"sql(
ALTER TABLE account      ADD COLUMN scram TEXT NOT NULL DEFAULT '';
ALTER TABLE app_password ADD COLUMN scram TEXT NOT NULL DEFAULT '';
)sql";

// When a copy came into its mailbox, by whichever road; 0: before this was
// kept, and then `received` counts. `received` goes along when a message moves.
constexpr auto ninth_schema = R"sql(
ALTER TABLE msg ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;
)sql";

// What an account has of its own for POP3: seconds, and days, of which
// 2^63-1 are never. NULL: as the server has it.
constexpr auto tenth_schema = R"sql(
ALTER TABLE account ADD COLUMN login_delay INTEGER;
ALTER TABLE account ADD COLUMN expire      INTEGER;
CREATE INDEX account_by_login_delay ON account (login_delay) WHERE login_delay IS NOT NULL;
CREATE INDEX account_by_expire ON account (expire) WHERE expire IS NOT NULL;
)sql";

// What fetches an account's mail by POP3, by the password it signs in with ('':
// the account's own); and which messages it has, in runs of uids.
constexpr auto eleventh_schema = R"sql(
CREATE TABLE device (
    id         INTEGER PRIMARY KEY,
    account    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    label      TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    peer       TEXT NOT NULL,
    fetched    INTEGER NOT NULL,
    UNIQUE (account, label)
) STRICT;

CREATE TABLE fetched (
    device  INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    mailbox INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (device, mailbox, first)
) STRICT, WITHOUT ROWID;
)sql";

// When an account lets go of what all its devices have (seconds later); and from
// which uid of the Inbox on a device counts for that.
constexpr auto twelfth_schema = R"sql(
CREATE TABLE removal (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    grace   INTEGER NOT NULL
) STRICT;
ALTER TABLE device ADD COLUMN since_uid INTEGER;
)sql";

constexpr std::array all_migrations = {
    first_schema,   second_schema,       third_schema,    fourth_schema,     fifth_schema,     sixth_schema,
    seventh_schema, eighth_schema,       ninth_schema,    tenth_schema,      eleventh_schema,  twelfth_schema,
    event_schema,   drafts_schema,       outgoing_schema, parameters_schema, addresses_schema, dkim_schema,
    lists_schema,   deliver_by_schema,   settings_schema, tls_schema,        junk_schema,      sign_in_schema,
    dead_schema,    conversation_schema, tallies_schema,  reset_schema,      draft_key_schema};

} // namespace

std::span<const char* const> migrations()
{
    return all_migrations;
}

} // namespace pillarbox::storage::sqlite

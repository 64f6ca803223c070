#pragma once

namespace pillarbox::storage::sqlite {

// A step of the schema: mail that leaves. `destination` is what stands behind the last @. Of what is
// claimed, `due` is when the claim ends.
inline constexpr auto outgoing_schema = R"sql(
ALTER TABLE queue ADD COLUMN destination TEXT GENERATED ALWAYS AS
    (lower(substr(recipient, length(rtrim(recipient, replace(recipient, '@', ''))) + 1))) VIRTUAL;
ALTER TABLE queue ADD COLUMN due      INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN claim    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN tried    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN warned   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN host     TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN reply    TEXT NOT NULL DEFAULT '';
CREATE INDEX queue_by_destination ON queue (destination, due) WHERE held = 0;
CREATE INDEX queue_by_claim ON queue (claim) WHERE claim <> 0;

-- Where mail goes: when the first of it is due, or earlier. Who looks there and
-- finds that it is later, or that there is none, corrects it. One that could not
-- be reached waits.
CREATE TABLE destination (
    name       TEXT PRIMARY KEY,
    due        INTEGER NOT NULL,
    not_before INTEGER NOT NULL DEFAULT 0,
    ready      INTEGER GENERATED ALWAYS AS (max(due, not_before)) VIRTUAL
) STRICT, WITHOUT ROWID;
CREATE INDEX destination_by_ready ON destination (ready, name);
CREATE TRIGGER queued_is_due AFTER INSERT ON queue WHEN new.held = 0
BEGIN
    INSERT INTO destination (name, due) VALUES (new.destination, new.due)
    ON CONFLICT (name) DO UPDATE SET due = min(due, excluded.due);
END;
CREATE TRIGGER requeued_is_due AFTER UPDATE OF due, held ON queue WHEN new.held = 0
BEGIN
    INSERT INTO destination (name, due) VALUES (new.destination, new.due)
    ON CONFLICT (name) DO UPDATE SET due = min(due, excluded.due);
END;
)sql";

// What a sender asked for of those who carry the mail on: parameters of MAIL
// and RCPT, as storage/envelope.hpp numbers them.
inline constexpr auto parameters_schema = R"sql(
ALTER TABLE queue ADD COLUMN envelope_id        TEXT NOT NULL DEFAULT '';
ALTER TABLE queue ADD COLUMN return_content     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN body_kind          INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN smtputf8           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN tls_wish           INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN release_at         INTEGER;
ALTER TABLE queue ADD COLUMN notify             INTEGER NOT NULL DEFAULT 0;
ALTER TABLE queue ADD COLUMN original_recipient TEXT NOT NULL DEFAULT '';

-- `held`: 1 until an administrator lets it go, 2 until its time has come.
CREATE INDEX queue_by_release ON queue (release_at) WHERE held = 2;
)sql";

// What mail of a domain is signed with, and is published to check it. `state` as DkimKey::State.
inline constexpr auto dkim_schema = R"sql(
CREATE TABLE dkim_key (
    domain    INTEGER NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
    number    INTEGER NOT NULL,
    selector  TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    sealed    TEXT NOT NULL,
    record    TEXT NOT NULL,
    state     INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    PRIMARY KEY (domain, number),
    UNIQUE (domain, selector)
) STRICT, WITHOUT ROWID;
)sql";

// By when a message is to be delivered, and what is done then: bits of
// storage/sqlite/envelope_rows.
inline constexpr auto deliver_by_schema = R"sql(
ALTER TABLE queue ADD COLUMN deliver_by INTEGER;
ALTER TABLE queue ADD COLUMN by_mode    INTEGER NOT NULL DEFAULT 0;
)sql";

} // namespace pillarbox::storage::sqlite

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

} // namespace pillarbox::storage::sqlite

#pragma once

namespace pillarbox::storage::sqlite {

/// A step of the schema: what happened to mail, for people who look for it. Rows
/// are added at the end and go at the beginning. Bodies come in order, so that
/// their index grows at its end too.
inline constexpr auto event_schema = R"sql(
CREATE TABLE event (
    id         INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    body       INTEGER NOT NULL,
    account    INTEGER,
    msg        INTEGER,
    queue      INTEGER,
    mailbox    INTEGER,
    uid        INTEGER,
    session    TEXT,
    peer       TEXT,
    tls        TEXT,
    protocol   TEXT,
    user       TEXT,
    sender     TEXT,
    recipient  TEXT,
    message_id TEXT,
    name       TEXT,
    code       INTEGER,
    text       TEXT,
    until      INTEGER
) STRICT;
CREATE INDEX event_by_body ON event (body);

CREATE TABLE refusal (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    account   INTEGER,
    session   TEXT,
    peer      TEXT,
    tls       TEXT,
    protocol  TEXT,
    user      TEXT,
    sender    TEXT,
    recipient TEXT,
    code      INTEGER,
    text      TEXT
) STRICT;
)sql";

} // namespace pillarbox::storage::sqlite

#pragma once

namespace pillarbox::storage::sqlite {

/// A step of the schema: whom people know, what they have said of senders, what
/// their filters have learned, and which servers have come again.
inline constexpr auto junk_schema = R"sql(
CREATE TABLE sender_rule (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sender  TEXT NOT NULL,
    rule    INTEGER NOT NULL,
    PRIMARY KEY (account, sender)
) STRICT, WITHOUT ROWID;

-- Whoever has written to an account; `last` is when last, as far as it matters.
CREATE TABLE known_sender (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
INSERT INTO known_sender (account, address, last)
    SELECT msg.account, lower(body.sender_address), max(message.received) FROM message
    JOIN msg ON msg.id = message.msg JOIN body ON body.id = msg.body
    WHERE body.sender_address <> '' GROUP BY 1, 2;

-- How many messages a filter has learned from, and how many words it has.
CREATE TABLE junk_filter (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    junk    INTEGER NOT NULL DEFAULT 0,
    wanted  INTEGER NOT NULL DEFAULT 0,
    words   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE junk_word (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    word    INTEGER NOT NULL,
    junk    INTEGER NOT NULL,
    wanted  INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (account, word)
) STRICT, WITHOUT ROWID;

-- What each message has taught, so that it does so once.
CREATE TABLE junk_learned (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    body    INTEGER NOT NULL,
    junk    INTEGER NOT NULL,
    PRIMARY KEY (account, body)
) STRICT, WITHOUT ROWID;

-- Messages that were moved, and are to be learned from.
CREATE TABLE junk_lesson (
    id      INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    body    INTEGER NOT NULL,
    msg     INTEGER NOT NULL,
    junk    INTEGER NOT NULL,
    UNIQUE (account, body)
) STRICT;

-- Strangers that were asked to come again. Ids rise, so that the oldest can go.
CREATE TABLE greylist (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    domain  TEXT NOT NULL,
    first   INTEGER NOT NULL,
    passed  INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    UNIQUE (network, domain)
) STRICT;
CREATE INDEX greylist_by_until ON greylist (until);
)sql";

} // namespace pillarbox::storage::sqlite

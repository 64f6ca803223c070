#pragma once

namespace pillarbox::storage::sqlite {

// What is being written: a draft keeps its id, the first message's that held
// it, while its message is another with every save. And what is about to be
// sent; `state` as Submission::State.
inline constexpr auto drafts_schema = R"sql(
CREATE TABLE draft (
    id       INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    message  INTEGER NOT NULL UNIQUE,
    kind     INTEGER NOT NULL,
    original INTEGER,
    saved    INTEGER NOT NULL
) STRICT;
CREATE INDEX draft_by_account ON draft (account);

CREATE TABLE submission (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    draft   INTEGER NOT NULL,
    message INTEGER NOT NULL,
    key     TEXT NOT NULL,
    state   INTEGER NOT NULL,
    send_at INTEGER NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    detail  TEXT NOT NULL DEFAULT '',
    UNIQUE (account, key)
) STRICT;
CREATE INDEX submission_pending ON submission (send_at) WHERE state = 0;
CREATE INDEX submission_by_draft ON submission (draft) WHERE state = 0;
CREATE INDEX submission_ended ON submission (send_at) WHERE state <> 0;

-- Whom an account has written to; `key` is the address in lower case.
CREATE TABLE contact (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    address TEXT NOT NULL,
    name    TEXT NOT NULL,
    times   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
)sql";

// What a browser calls a draft before it has an id: a try whose answer got lost
// makes no second one.
inline constexpr auto draft_key_schema = R"sql(
ALTER TABLE draft ADD COLUMN key TEXT;
CREATE UNIQUE INDEX draft_by_key ON draft (account, key) WHERE key IS NOT NULL;
)sql";

} // namespace pillarbox::storage::sqlite

#pragma once

namespace pillarbox::storage::sqlite {

/// What a person sees and sets of their own account: which browsers are signed
/// in, which programs may use the API (`scopes` as storage/api_tokens.hpp numbers
/// them; `expires` NULL: never), and as whom they write.
inline constexpr auto settings_schema = R"sql(
ALTER TABLE web_session ADD COLUMN agent     TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN peer      TEXT NOT NULL DEFAULT '';
ALTER TABLE web_session ADD COLUMN last_seen INTEGER;

CREATE TABLE api_token (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    label     TEXT NOT NULL,
    digest    BLOB NOT NULL UNIQUE,
    scopes    INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    expires   INTEGER,
    last_used INTEGER,
    UNIQUE (account, label)
) STRICT;

CREATE TABLE identity (
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    address   TEXT NOT NULL,
    name      TEXT NOT NULL,
    signature TEXT NOT NULL,
    preferred INTEGER NOT NULL,
    PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace pillarbox::storage::sqlite

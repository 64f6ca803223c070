#pragma once

namespace pillarbox::storage::sqlite {

// A step of the schema: who may set an account's password with a code, of which only
// the hash is here.
inline constexpr auto reset_schema = R"sql(
CREATE TABLE reset_link (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    digest  BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;
)sql";

} // namespace pillarbox::storage::sqlite

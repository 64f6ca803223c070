#pragma once

namespace pillarbox::storage::sqlite {

// A step of the schema: addresses elsewhere whose servers say that they are none,
// and how often they did so without having taken anything in between.
inline constexpr auto dead_schema = R"sql(
CREATE TABLE dead_address (
    address  TEXT PRIMARY KEY COLLATE NOCASE,
    failures INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    host     TEXT NOT NULL,
    reply    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dead_address_by_last ON dead_address (last);
)sql";

} // namespace pillarbox::storage::sqlite

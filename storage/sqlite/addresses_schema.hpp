#pragma once

namespace pillarbox::storage::sqlite {

/// An alias may be off, and for a time only (until then, in seconds; NULL: for
/// good). A domain may have its own idea of what ends a name (NULL: as the
/// server has it). And an account may send from addresses that lead elsewhere,
/// or with '@domain' from all of one.
inline constexpr auto addresses_schema = R"sql(
ALTER TABLE alias ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE alias ADD COLUMN until   INTEGER;
ALTER TABLE domain ADD COLUMN separators TEXT;
CREATE TABLE sender (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace pillarbox::storage::sqlite

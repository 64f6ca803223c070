#pragma once

namespace pillarbox::storage::sqlite {

/// A step of the schema: what is counted for the reports of a day (days since
/// 1970), of whichever kind (TallyKind), in place of what was counted for those on
/// TLS alone. `policy` and `facts` are opaque here; `kinds` says how many rows a
/// day of a domain has.
inline constexpr auto tallies_schema = R"sql(
CREATE TABLE tally_day (
    kind     INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    domain   TEXT NOT NULL,
    kinds    INTEGER NOT NULL DEFAULT 0,
    left_out INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, day, domain)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally (
    kind   INTEGER NOT NULL,
    day    INTEGER NOT NULL,
    domain TEXT NOT NULL,
    policy TEXT NOT NULL,
    facts  TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, day, domain, policy, facts)
) STRICT, WITHOUT ROWID;

INSERT INTO tally SELECT 1, day, domain, policy, failure, sessions FROM tls_count;
INSERT INTO tally_day (kind, day, domain, kinds) SELECT 1, day, domain, count(*) FROM tls_count GROUP BY day, domain;
DROP TABLE tls_count;
)sql";

} // namespace pillarbox::storage::sqlite

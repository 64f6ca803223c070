#pragma once

namespace pillarbox::storage::sqlite {

// A step of the schema: how other domains take mail under TLS. Policies of
// MTA-STS, until they are over; the best that mail to a domain has had (`level`
// as TlsMark::Level); and the sessions of each day (days since 1970), for its
// reports: `policy` and `failure` are opaque here, and without one all was well.
inline constexpr auto tls_schema = R"sql(
CREATE TABLE sts_policy (
    domain  TEXT PRIMARY KEY,
    id      TEXT NOT NULL,
    text    TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sts_policy_by_expires ON sts_policy (expires);

CREATE TABLE tls_best (
    domain TEXT PRIMARY KEY,
    level  INTEGER NOT NULL,
    seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tls_best_by_seen ON tls_best (seen);

CREATE TABLE tls_count (
    day      INTEGER NOT NULL,
    domain   TEXT NOT NULL,
    policy   TEXT NOT NULL,
    failure  TEXT NOT NULL,
    sessions INTEGER NOT NULL,
    PRIMARY KEY (day, domain, policy, failure)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace pillarbox::storage::sqlite

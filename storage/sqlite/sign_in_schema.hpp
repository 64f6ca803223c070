#pragma once

namespace pillarbox::storage::sqlite {

/// A step of the schema: SignInVersion. Every process that changes what signing
/// in depends on counts it, also one that knows nothing of it.
inline constexpr auto sign_in_schema = R"sql(
CREATE TABLE sign_in (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO sign_in (id, version) VALUES (1, 1);

CREATE TRIGGER domain_added AFTER INSERT ON domain
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER domain_renamed AFTER UPDATE OF name ON domain
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER domain_removed AFTER DELETE ON domain
BEGIN UPDATE sign_in SET version = version + 1; END;

CREATE TRIGGER account_added AFTER INSERT ON account
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER account_changed
AFTER UPDATE OF address, password_hash, admin, enabled, login_delay, expire ON account
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER account_removed AFTER DELETE ON account
BEGIN UPDATE sign_in SET version = version + 1; END;

CREATE TRIGGER app_password_added AFTER INSERT ON app_password
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER app_password_changed AFTER UPDATE OF account, label, password_hash ON app_password
BEGIN UPDATE sign_in SET version = version + 1; END;
CREATE TRIGGER app_password_removed AFTER DELETE ON app_password
BEGIN UPDATE sign_in SET version = version + 1; END;
)sql";

} // namespace pillarbox::storage::sqlite

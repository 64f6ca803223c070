#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

/// Signed-in browsers of one account; the oldest goes when there are more.
constexpr int most_sessions = 100;

Result<void> add_session(Database& database, const WebSession& session)
{
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", session.account).step())
        return make_error_code(Errc::not_found);
    database.run("INSERT INTO web_session (digest, account, csrf, created, expires) VALUES (?, ?, ?, ?, ?)",
                 Blob{session.digest}, session.account, Blob{session.csrf}, session.created, session.expires);
    database.run("DELETE FROM web_session WHERE digest IN (SELECT digest FROM web_session WHERE account = ? "
                 "ORDER BY created DESC, digest LIMIT -1 OFFSET ?)",
                 session.account, most_sessions);
    return boost::system::in_place_value;
}

Result<WebSession> find_session(Database& database, const std::string& digest)
{
    Query row(database,
              "SELECT web_session.account, csrf, web_session.created, expires FROM web_session "
              "JOIN account ON account.id = web_session.account AND account.enabled "
              "WHERE digest = ? AND expires > ?",
              Blob{digest}, now());
    if (!row.step()) return make_error_code(Errc::not_found);
    return WebSession{.digest = digest,
                      .account = row.as<AccountId>(0),
                      .csrf = row.as<std::string>(1),
                      .created = row.as<Time>(2),
                      .expires = row.as<Time>(3)};
}

} // namespace

awaitable<Result<void>> SqliteSessions::add(WebSession session)
{
    auto work = [session = std::move(session)](Database& database) { return add_session(database, session); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<WebSession>> SqliteSessions::find(std::string digest)
{
    auto work = [digest = std::move(digest)](Database& database) { return find_session(database, digest); };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteSessions::remove(std::string digest)
{
    auto work = [digest = std::move(digest)](Database& database) -> Result<void> {
        database.run("DELETE FROM web_session WHERE digest = ?", Blob{digest});
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

/// Signed-in browsers of one account; the oldest goes when there are more.
constexpr int most_web_sessions = 100;

Result<void> add_session(Database& database, const WebSession& session)
{
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", session.account).step())
        return make_error_code(Errc::not_found);
    database.run("INSERT INTO web_session (digest, account, csrf, created, expires, agent, peer) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?)",
                 Blob{session.digest}, session.account, Blob{session.csrf}, session.created, session.expires,
                 session.agent, session.peer);
    database.run("DELETE FROM web_session WHERE digest IN (SELECT digest FROM web_session WHERE account = ? "
                 "ORDER BY created DESC, digest LIMIT -1 OFFSET ?)",
                 session.account, most_web_sessions);
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

std::vector<WebSession> sessions_of(Database& database, AccountId account)
{
    std::vector<WebSession> sessions;
    Query row(database,
              "SELECT digest, created, expires, agent, peer, last_seen FROM web_session "
              "WHERE account = ? AND expires > ? ORDER BY created DESC, digest",
              account, now());
    while (row.step()) {
        WebSession session;
        session.digest = row.as<std::string>(0);
        session.account = account;
        session.created = row.as<Time>(1);
        session.expires = row.as<Time>(2);
        session.agent = row.as<std::string>(3);
        session.peer = row.as<std::string>(4);
        if (!row.null(5)) session.last_seen = row.as<Time>(5);
        sessions.push_back(std::move(session));
    }
    return sessions;
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

awaitable<Result<std::vector<WebSession>>> SqliteSessions::list(AccountId account)
{
    auto work = [this, account](Database& database) -> Result<std::vector<WebSession>> {
        auto sessions = sessions_of(database, account);
        // What is not written down yet counts as well.
        const std::lock_guard lock(core_.touches.mutex);
        for (auto& session : sessions) {
            const auto touch = core_.touches.sessions.find(session.digest);
            if (touch == core_.touches.sessions.end()) continue;
            session.last_seen = touch->second.first;
            session.peer = touch->second.second;
        }
        return sessions;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteSessions::end(AccountId account, std::string digest)
{
    auto work = [account, digest = std::move(digest)](Database& database) -> Result<void> {
        const auto ended =
            database.run("DELETE FROM web_session WHERE account = ? AND digest = ?", account, Blob{digest});
        if (ended == 0) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::size_t>> SqliteSessions::end_others(AccountId account, std::string digest)
{
    auto work = [account, digest = std::move(digest)](Database& database) -> Result<std::size_t> {
        return static_cast<std::size_t>(
            database.run("DELETE FROM web_session WHERE account = ? AND digest <> ?", account, Blob{digest}));
    };
    return submit(*core_.writer, std::move(work));
}

void SqliteSessions::touch(std::string digest, std::string peer)
{
    const std::lock_guard lock(core_.touches.mutex);
    core_.touches.sessions[std::move(digest)] = {now(), std::move(peer)};
}

} // namespace pillarbox::storage::sqlite

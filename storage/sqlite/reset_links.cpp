#include "storage/sqlite/reset_links.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

Result<void> add_link(Database& database, const ResetLink& link)
{
    if (!Query(database, "SELECT 1 FROM account WHERE id = ? AND enabled", link.account).step())
        return make_error_code(Errc::not_found);
    database.run("INSERT OR REPLACE INTO reset_link (account, digest, created, expires) VALUES (?, ?, ?, ?)",
                 link.account, Blob{link.digest}, link.created, link.expires);
    return boost::system::in_place_value;
}

Result<ResetLink> find_link(Database& database, const std::string& digest)
{
    Query row(database,
              "SELECT account.id, account.address, reset_link.created, expires FROM reset_link "
              "JOIN account ON account.id = reset_link.account AND account.enabled "
              "WHERE digest = ? AND expires > ?",
              Blob{digest}, now());
    if (!row.step()) return make_error_code(Errc::not_found);
    return ResetLink{.digest = digest,
                     .account = row.as<AccountId>(0),
                     .address = row.as<std::string>(1),
                     .created = row.as<Time>(2),
                     .expires = row.as<Time>(3)};
}

} // namespace

void close_account(Database& database, AccountId account)
{
    database.run("DELETE FROM web_session WHERE account = ?", account);
    database.run("DELETE FROM reset_link WHERE account = ?", account);
}

awaitable<Result<void>> SqliteResetLinks::add(ResetLink link)
{
    auto work = [link = std::move(link)](Database& database) { return add_link(database, link); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<ResetLink>> SqliteResetLinks::find(std::string digest)
{
    auto work = [digest = std::move(digest)](Database& database) { return find_link(database, digest); };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteResetLinks::redeem(std::string digest, std::string password_hash,
                                                 std::string scram)
{
    auto work = [digest = std::move(digest), hash = std::move(password_hash),
                 scram = std::move(scram)](Database& database) -> Result<void> {
        const auto link = find_link(database, digest);
        if (!link) return link.error();
        database.run("UPDATE account SET password_hash = ?, scram = ? WHERE id = ?", hash, scram,
                     link->account);
        close_account(database, link->account);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_tokens = 100; // of an account

Result<ApiTokenId> add_token(Database& database, const ApiToken& token)
{
    if (!Query(database, "SELECT 1 FROM account WHERE id = ?", token.account).step())
        return make_error_code(Errc::not_found);
    Query count(database, "SELECT count(*) FROM api_token WHERE account = ?", token.account);
    if (count.step() && count.as<std::int64_t>(0) >= most_tokens) return make_error_code(Errc::over_quota);
    Query row(database,
              "INSERT INTO api_token (account, label, digest, scopes, created, expires) "
              "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (account, label) DO NOTHING RETURNING id",
              token.account, token.label, Blob{token.digest}, token.scopes, token.created, token.expires);
    if (!row.step()) return make_error_code(Errc::already_exists);
    return row.as<ApiTokenId>(0);
}

Result<ApiToken> find_token(Database& database, const std::string& digest)
{
    Query row(database,
              "SELECT api_token.id, account, scopes FROM api_token "
              "JOIN account ON account.id = api_token.account AND account.enabled "
              "WHERE digest = ? AND (expires IS NULL OR expires > ?)",
              Blob{digest}, now());
    if (!row.step()) return make_error_code(Errc::not_found);
    ApiToken token;
    token.id = row.as<ApiTokenId>(0);
    token.account = row.as<AccountId>(1);
    token.digest = digest;
    token.scopes = row.as<std::uint32_t>(2);
    return token;
}

std::vector<ApiToken> tokens_of(Database& database, AccountId account)
{
    std::vector<ApiToken> tokens;
    Query row(database,
              "SELECT id, label, scopes, created, expires, last_used FROM api_token WHERE account = ? "
              "ORDER BY id",
              account);
    while (row.step()) {
        ApiToken token;
        token.id = row.as<ApiTokenId>(0);
        token.account = account;
        token.label = row.as<std::string>(1);
        token.scopes = row.as<std::uint32_t>(2);
        token.created = row.as<Time>(3);
        if (!row.null(4)) token.expires = row.as<Time>(4);
        if (!row.null(5)) token.last_used = row.as<Time>(5);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

} // namespace

awaitable<Result<ApiTokenId>> SqliteApiTokens::add(ApiToken token)
{
    auto work = [token = std::move(token)](Database& database) { return add_token(database, token); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<ApiToken>> SqliteApiTokens::find(std::string digest)
{
    auto work = [digest = std::move(digest)](Database& database) { return find_token(database, digest); };
    return submit_brief(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<ApiToken>>> SqliteApiTokens::list(AccountId account)
{
    auto work = [this, account](Database& database) -> Result<std::vector<ApiToken>> {
        auto tokens = tokens_of(database, account);
        // What is not written down yet counts as well.
        const std::lock_guard lock(core_.touches.mutex);
        for (auto& token : tokens) {
            const auto touch = core_.touches.tokens.find(token.id);
            if (touch != core_.touches.tokens.end()) token.last_used = touch->second;
        }
        return tokens;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteApiTokens::remove(AccountId account, ApiTokenId id)
{
    auto work = [account, id](Database& database) -> Result<void> {
        const auto removed = database.run("DELETE FROM api_token WHERE account = ? AND id = ?", account, id);
        if (removed == 0) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

void SqliteApiTokens::touch(ApiTokenId id)
{
    const std::lock_guard lock(core_.touches.mutex);
    core_.touches.tokens[id] = now();
}

} // namespace pillarbox::storage::sqlite

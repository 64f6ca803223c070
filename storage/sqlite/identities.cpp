#include "storage/sqlite/access.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_identities = 100; // of an account

/// Aliases that lead to an address, other aliases between them or not; catch-alls
/// are no address to write from. An alias that leads to itself comes once.
constexpr auto select_aliases =
    "WITH RECURSIVE lead (address) AS (SELECT ?1 UNION SELECT alias.address FROM lead "
    "JOIN alias_target ON lower(alias_target.target) = lead.address "
    "JOIN alias ON alias.address = alias_target.alias AND alias.enabled "
    "AND (alias.until IS NULL OR alias.until > ?2)) "
    "SELECT address FROM lead WHERE address <> ?1 AND substr(address, 1, 1) <> '@'";

std::optional<std::string> own_address(Database& database, AccountId account)
{
    Query row(database, "SELECT address FROM account WHERE id = ?", account);
    if (!row.step()) return std::nullopt;
    return row.as<std::string>(0);
}

bool in_domains(const std::vector<std::string>& domains, std::string_view address)
{
    return std::ranges::any_of(domains, [&](const auto& domain) { return address.ends_with(domain); });
}

SendingIdentities identities_of(Database& database, AccountId account, const std::string& own)
{
    SendingIdentities identities;
    std::vector<std::string> others;
    for (Query row(database, select_aliases, own, now()); row.step();)
        others.push_back(row.as<std::string>(0));
    for (Query row(database, "SELECT address FROM sender WHERE account = ?", account); row.step();) {
        auto address = row.as<std::string>(0);
        (address.starts_with('@') ? identities.domains : others).push_back(std::move(address));
    }
    std::vector<SendingIdentity> set;
    for (Query row(database, "SELECT address, name, signature, preferred FROM identity WHERE account = ?",
                   account);
         row.step();)
        set.push_back({.address = row.as<std::string>(0),
                       .name = row.as<std::string>(1),
                       .signature = row.as<std::string>(2),
                       .preferred = row.as<bool>(3)});
    for (const auto& one : set)
        if (in_domains(identities.domains, one.address)) others.push_back(one.address);
    std::ranges::sort(identities.domains);
    std::ranges::sort(others);
    const auto repeated = std::ranges::unique(others);
    others.erase(repeated.begin(), repeated.end());
    std::erase(others, own);
    others.insert(others.begin(), own);
    for (auto& address : others) {
        const auto found = std::ranges::find(set, address, &SendingIdentity::address);
        if (found == set.end())
            identities.items.push_back({.address = std::move(address)});
        else
            identities.items.push_back(*found);
    }
    return identities;
}

Result<void> set_identity(Database& database, AccountId account, const SendingIdentity& identity)
{
    const auto address = parse_address(identity.address);
    const auto own = own_address(database, account);
    if (!address || !own) return make_error_code(Errc::not_found);
    const auto text = address->text();
    const auto known = identities_of(database, account, *own);
    if (std::ranges::find(known.items, text, &SendingIdentity::address) == known.items.end() &&
        !in_domains(known.domains, text))
        return make_error_code(Errc::not_found);
    if (identity.preferred) database.run("UPDATE identity SET preferred = 0 WHERE account = ?", account);
    database.run("INSERT INTO identity (account, address, name, signature, preferred) VALUES (?, ?, ?, ?, ?) "
                 "ON CONFLICT DO UPDATE SET name = excluded.name, signature = excluded.signature, "
                 "preferred = excluded.preferred",
                 account, text, identity.name, identity.signature, identity.preferred);
    Query count(database, "SELECT count(*) FROM identity WHERE account = ?", account);
    if (count.step() && count.as<std::int64_t>(0) > most_identities) return make_error_code(Errc::over_quota);
    return boost::system::in_place_value;
}

} // namespace

awaitable<Result<SendingIdentities>> SqliteIdentities::list(AccountId account)
{
    auto work = [account](Database& database) -> Result<SendingIdentities> {
        const auto own = own_address(database, account);
        if (!own) return make_error_code(Errc::not_found);
        return identities_of(database, account, *own);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteIdentities::set(AccountId account, SendingIdentity identity)
{
    auto work = [account, identity = std::move(identity)](Database& database) {
        return set_identity(database, account, identity);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteIdentities::reset(AccountId account, std::string address)
{
    auto work = [account, address = std::move(address)](Database& database) -> Result<void> {
        const auto parsed = parse_address(address);
        if (!parsed) return make_error_code(Errc::not_found);
        const auto gone =
            database.run("DELETE FROM identity WHERE account = ? AND address = ?", account, parsed->text());
        if (gone == 0) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

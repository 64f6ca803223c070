#include "storage/sqlite/access.hpp"

#include "storage/sqlite/body_store.hpp"

namespace pillarbox::storage::sqlite {

std::optional<std::uint64_t> next_modseq(Database& database, AccountId account)
{
    Query query(database, "UPDATE account SET modseq = modseq + 1 WHERE id = ? RETURNING modseq", account);
    if (!query.step()) return std::nullopt;
    const auto modseq = query.as<std::uint64_t>(0);
    query.step(); // to its end
    return modseq;
}

SignInVersion sign_in_version(Database& database)
{
    Query query(database, "SELECT version FROM sign_in");
    query.step();
    return query.as<SignInVersion>(0);
}

std::optional<AccountId> account_at(Database& database, std::string_view address)
{
    Query query(database, "SELECT id FROM account WHERE address = ?", address);
    if (!query.step()) return std::nullopt;
    return query.as<AccountId>(0);
}

std::optional<DomainId> local_domain(Database& database, std::string_view name)
{
    Query query(database, "SELECT id FROM domain WHERE name = ?", name);
    if (!query.step()) return std::nullopt;
    return query.as<DomainId>(0);
}

bool alias_exists(Database& database, std::string_view address)
{
    return Query(database, "SELECT 1 FROM alias WHERE address = ?", address).step();
}

void release_body(Database& database, std::int64_t body)
{
    database.run("UPDATE body SET refs = refs - 1 WHERE id = ?", body);
    database.run(
        "INSERT INTO garbage (body, tier, segment, offset, octets) "
        "SELECT id, tier, segment, offset, octets FROM body WHERE id = ? AND refs <= 0 AND tier <> ?",
        body, Tier::row);
    database.run("UPDATE segment SET live = live - gone.octets - ? FROM body AS gone "
                 "WHERE gone.id = ? AND gone.refs <= 0 AND gone.tier = ? AND number = gone.segment",
                 record_header_octets, body, Tier::segment);
    database.run("DELETE FROM body WHERE id = ? AND refs <= 0", body);
}

} // namespace pillarbox::storage::sqlite

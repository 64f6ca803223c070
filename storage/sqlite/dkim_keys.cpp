#include "storage/sqlite/access.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_keys = 16; // of a domain

Result<DomainId> domain_at(Database& database, const std::string& name)
{
    Query row(database, "SELECT id FROM domain WHERE name = ?", canonical_domain(name));
    if (!row.step()) return make_error_code(Errc::not_found);
    return row.as<DomainId>(0);
}

std::vector<DkimKey> keys_of(Database& database, DomainId domain)
{
    std::vector<DkimKey> keys;
    Query row(database,
              "SELECT selector, algorithm, sealed, record, state, created FROM dkim_key WHERE domain = ? "
              "ORDER BY number",
              domain);
    while (row.step())
        keys.push_back({.selector = row.as<std::string>(0),
                        .algorithm = row.as<std::string>(1),
                        .sealed = row.as<std::string>(2),
                        .record = row.as<std::string>(3),
                        .state = static_cast<DkimKey::State>(row.as<std::int64_t>(4)),
                        .created = row.as<Time>(5)});
    return keys;
}

Result<void> add_keys(Database& database, DomainId domain, const std::vector<DkimKey>& keys)
{
    for (const auto& key : keys) {
        const auto added =
            database.run("INSERT INTO dkim_key (domain, number, selector, algorithm, sealed, record, state, "
                         "created) VALUES (?1, (SELECT ifnull(max(number), 0) + 1 FROM dkim_key WHERE domain "
                         "= ?1), ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (domain, selector) DO NOTHING",
                         domain, key.selector, key.algorithm, key.sealed, key.record,
                         static_cast<std::int64_t>(key.state), key.created);
        if (added == 0) return make_error_code(Errc::already_exists);
    }
    Query count(database, "SELECT count(*) FROM dkim_key WHERE domain = ?", domain);
    if (count.step() && count.as<std::int64_t>(0) > most_keys) return make_error_code(Errc::over_quota);
    return boost::system::in_place_value;
}

/// How many keys of the domain went from one state to another.
std::int64_t change(Database& database, DomainId domain, DkimKey::State from, DkimKey::State to)
{
    return database.run("UPDATE dkim_key SET state = ? WHERE domain = ? AND state = ?",
                        static_cast<std::int64_t>(to), domain, static_cast<std::int64_t>(from));
}

} // namespace

awaitable<Result<std::vector<DkimKey>>> SqliteDkimKeys::list(std::string domain)
{
    auto work = [domain = std::move(domain)](Database& database) -> Result<std::vector<DkimKey>> {
        const auto id = domain_at(database, domain);
        if (!id) return id.error();
        return keys_of(database, *id);
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteDkimKeys::add(std::string domain, std::vector<DkimKey> keys)
{
    auto work = [domain = std::move(domain), keys = std::move(keys)](Database& database) -> Result<void> {
        const auto id = domain_at(database, domain);
        if (!id) return id.error();
        return add_keys(database, *id, keys);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<DkimKey>>> SqliteDkimKeys::add_first(std::string domain,
                                                                  std::vector<DkimKey> keys)
{
    auto work = [domain = std::move(domain),
                 keys = std::move(keys)](Database& database) -> Result<std::vector<DkimKey>> {
        const auto id = domain_at(database, domain);
        if (!id) return id.error();
        auto there = keys_of(database, *id);
        if (!there.empty()) return there;
        const auto added = add_keys(database, *id, keys);
        if (!added) return added.error();
        return keys_of(database, *id);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteDkimKeys::activate(std::string domain)
{
    auto work = [domain = std::move(domain)](Database& database) -> Result<void> {
        using enum DkimKey::State;
        const auto id = domain_at(database, domain);
        if (!id) return id.error();
        if (!Query(database, "SELECT 1 FROM dkim_key WHERE domain = ? AND state = 0", *id).step())
            return make_error_code(Errc::invalid);
        change(database, *id, active, retired);
        change(database, *id, waiting, active);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteDkimKeys::remove(std::string domain, std::string selector)
{
    auto work = [domain = std::move(domain),
                 selector = std::move(selector)](Database& database) -> Result<void> {
        const auto id = domain_at(database, domain);
        if (!id) return id.error();
        Query row(database, "SELECT state FROM dkim_key WHERE domain = ? AND selector = ?", *id, selector);
        if (!row.step()) return make_error_code(Errc::not_found);
        if (static_cast<DkimKey::State>(row.as<std::int64_t>(0)) == DkimKey::State::active)
            return make_error_code(Errc::invalid);
        database.run("DELETE FROM dkim_key WHERE domain = ? AND selector = ?", *id, selector);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite

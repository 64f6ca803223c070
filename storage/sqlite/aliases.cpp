#include "storage/sqlite/access.hpp"

#include "storage/sqlite/acquaintance.hpp"
#include "storage/sqlite/address.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/routing.hpp"

#include <algorithm>
#include <ranges>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_asked = 20; // accounts of a route, about an author

Result<void> add_domain_row(Database& database, std::string_view name)
{
    const auto canonical = canonical_domain(name);
    if (!valid_domain(canonical)) return make_error_code(Errc::invalid);
    if (local_domain(database, canonical)) return make_error_code(Errc::already_exists);
    database.run("INSERT INTO domain (name, created) VALUES (?, ?)", canonical, now());
    return boost::system::in_place_value;
}

Result<void> remove_domain_row(Database& database, std::string_view name)
{
    const auto domain = local_domain(database, canonical_domain(name));
    if (!domain) return make_error_code(Errc::not_found);
    // Mail for its accounts would be refused from here on.
    if (Query(database, "SELECT 1 FROM account WHERE domain = ?", *domain).step())
        return make_error_code(Errc::invalid);
    if (Query(database, "SELECT 1 FROM alias WHERE domain = ?", *domain).step())
        return make_error_code(Errc::invalid);
    database.run("DELETE FROM domain WHERE id = ?", *domain);
    return boost::system::in_place_value;
}

std::optional<std::int64_t> seconds_of(const std::optional<Time>& time)
{
    return time ? std::optional<std::int64_t>(time->time_since_epoch().count()) : std::nullopt;
}

Result<void> add_targets(Database& database, const std::string& alias,
                         const std::vector<std::string>& targets)
{
    if (targets.empty() || targets.size() > most_targets) return make_error_code(Errc::invalid);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const auto target = split_address(targets[i]);
        if (!target) return make_error_code(Errc::invalid);
        database.run("INSERT INTO alias_target (alias, position, target) VALUES (?, ?, ?)", alias, i,
                     target->text());
    }
    return boost::system::in_place_value;
}

Result<void> add_alias_row(Database& database, const Alias& alias)
{
    const auto address = parse_address_or_domain(alias.address);
    if (!address) return make_error_code(Errc::invalid);
    const auto domain = local_domain(database, address->domain);
    if (!domain) return make_error_code(Errc::invalid);
    const auto text = address->text();
    if (account_at(database, text) || alias_exists(database, text))
        return make_error_code(Errc::already_exists);
    database.run("INSERT INTO alias (address, domain, enabled, until) VALUES (?, ?, ?, ?)", text, *domain,
                 alias.enabled, seconds_of(alias.until));
    return add_targets(database, text, alias.targets);
}

Result<void> change_alias_row(Database& database, std::string_view name,
                              const std::vector<std::string>& targets, const std::optional<Time>& until)
{
    const auto address = parse_address_or_domain(name);
    if (!address) return make_error_code(Errc::not_found);
    const auto text = address->text();
    if (database.run("UPDATE alias SET until = ? WHERE address = ?", seconds_of(until), text) == 0)
        return make_error_code(Errc::not_found);
    database.run("DELETE FROM alias_target WHERE alias = ?", text);
    return add_targets(database, text, targets);
}

} // namespace

awaitable<Result<void>> SqliteAccounts::add_domain(std::string name)
{
    auto work = [name = std::move(name)](Database& database) { return add_domain_row(database, name); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<Domain>>> SqliteAccounts::domains()
{
    auto work = [](Database& database) -> Result<std::vector<Domain>> {
        std::vector<Domain> domains;
        Query row(database,
                  "SELECT id, name, created, quota, "
                  "(SELECT coalesce(sum(octets), 0) FROM account WHERE account.domain = domain.id), "
                  "separators FROM domain ORDER BY name");
        while (row.step()) {
            auto& domain = domains.emplace_back(Domain{.id = row.as<DomainId>(0),
                                                       .name = row.as<std::string>(1),
                                                       .created = row.as<Time>(2),
                                                       .quota = row.as<std::uint64_t>(3),
                                                       .octets = row.as<std::uint64_t>(4)});
            if (!row.null(5)) domain.separators = row.as<std::string>(5);
        }
        return domains;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::remove_domain(std::string name)
{
    auto work = [name = std::move(name)](Database& database) { return remove_domain_row(database, name); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_domain_quota(std::string name, std::uint64_t quota)
{
    auto work = [name = canonical_domain(name), quota](Database& database) -> Result<void> {
        // Counted here once; from now on every change of an account's octets
        // is counted too (the triggers of the schema).
        const auto changed = database.run(
            "UPDATE domain SET quota = ?1, octets = iif(?1 = 0, 0, (SELECT coalesce(sum(account.octets), 0) "
            "FROM account WHERE account.domain = domain.id)) WHERE name = ?2",
            quota, name);
        if (changed == 0) return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_domain_separators(std::string name,
                                                              std::optional<std::string> separators)
{
    auto work = [name = canonical_domain(name),
                 separators = std::move(separators)](Database& database) -> Result<void> {
        if (database.run("UPDATE domain SET separators = ? WHERE name = ?", separators, name) == 0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::add_alias(Alias alias)
{
    auto work = [alias = std::move(alias)](Database& database) { return add_alias_row(database, alias); };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::vector<Alias>>> SqliteAccounts::aliases()
{
    auto work = [](Database& database) -> Result<std::vector<Alias>> {
        std::vector<Alias> aliases;
        Query row(database, "SELECT address, target, enabled, until FROM alias "
                            "JOIN alias_target ON alias = address ORDER BY address, position");
        while (row.step()) {
            if (aliases.empty() || aliases.back().address != row.text(0)) {
                aliases.push_back(
                    {.address = row.as<std::string>(0), .targets = {}, .enabled = row.as<bool>(2)});
                if (!row.null(3)) aliases.back().until = row.as<Time>(3);
            }
            aliases.back().targets.push_back(row.as<std::string>(1));
        }
        return aliases;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::remove_alias(std::string address)
{
    auto work = [address = std::move(address)](Database& database) -> Result<void> {
        const auto parsed = parse_address_or_domain(address);
        if (!parsed || database.run("DELETE FROM alias WHERE address = ?", parsed->text()) == 0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::set_alias_enabled(std::string address, bool enabled)
{
    auto work = [address = std::move(address), enabled](Database& database) -> Result<void> {
        const auto parsed = parse_address_or_domain(address);
        if (!parsed ||
            database.run("UPDATE alias SET enabled = ? WHERE address = ?", enabled, parsed->text()) == 0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteAccounts::change_alias(std::string address, std::vector<std::string> targets,
                                                     std::optional<Time> until)
{
    auto work = [address = std::move(address), targets = std::move(targets), until](Database& database) {
        return change_alias_row(database, address, targets, until);
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<Route>> SqliteAccounts::route(std::string local_part, std::string domain, std::string author)
{
    Address address{canonical_local_part(local_part), canonical_domain(domain)};
    auto work = [this, address = std::move(address),
                 author = std::move(author)](Database& database) -> Result<Route> {
        auto route = route_of(database, address, core_.options.default_quota, core_.options.separators,
                              core_.options.sink);
        if (!route || author.empty()) return route;
        const auto whom = parse_address(author);
        for (auto& local : route->local | std::views::take(most_asked))
            local.acquaintance = acquaintance(database, local.account, whom);
        return route;
    };
    return submit_brief(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite

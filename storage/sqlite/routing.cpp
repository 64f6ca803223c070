#include "storage/sqlite/routing.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/placing.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

enum class Leads
{
    nowhere,
    switched_off, // as an alias that is disabled does
    ended,        // as one whose time is over does
    somewhere
};

/// Addresses that every domain has, RFC 5321 §4.5.1 and RFC 2142 §4.
bool always_there(std::string_view local_part)
{
    return local_part == "postmaster" || local_part == "abuse";
}

/// Follows aliases, depth first.
class Routing
{
public:
    Routing(Database& database, std::uint64_t default_quota, std::string_view separators)
        : database_(database), default_quota_(default_quota), separators_(separators)
    {}

    /// Adds where the address leads to. Errors: alias_loop.
    Result<Leads> follow(const Address& given)
    {
        if (!local_domain(database_, given.domain)) return add_remote(given);
        const Address address{canonical_local_part(given.local_part), given.domain};
        const auto led = follow_names(address);
        if (!led || *led == Leads::somewhere || !always_there(address.local_part)) return led;
        return add_administrator(address.domain);
    }

    Route take() { return std::move(route_); }

private:
    Result<Leads> follow_names(const Address& address)
    {
        auto led = follow_exactly(address.text());
        if (!led || *led != Leads::nowhere) return led;
        if (const auto shorter = without_suffix(address, separators_of(address.domain))) {
            led = follow_exactly(shorter->text());
            if (!led || *led != Leads::nowhere) return led;
        }
        led = follow_alias("@" + address.domain);
        if (!led || *led == Leads::somewhere) return led;
        return Leads::nowhere; // a catch-all that is off is as none
    }

    std::string separators_of(const std::string& domain)
    {
        Query row(database_, "SELECT separators FROM domain WHERE name = ?", domain);
        return row.step() && !row.null(0) ? row.as<std::string>(0) : std::string(separators_);
    }

    Result<Leads> follow_exactly(const std::string& address)
    {
        {
            Query row(database_,
                      "SELECT account.id, address, account.quota, account.octets, domain.quota, "
                      "domain.octets FROM account JOIN domain ON domain.id = account.domain "
                      "WHERE address = ?",
                      address);
            if (row.step()) return add_local(row);
        }
        return follow_alias(address);
    }

    Result<Leads> follow_alias(const std::string& address)
    {
        if (const auto known = aliases_.find(address); known != aliases_.end()) {
            if (!known->second) return make_error_code(Errc::alias_loop);
            return *known->second;
        }
        const auto state = state_of(address);
        if (state != Leads::somewhere) return state;
        if (aliases_.size() >= most_targets) return make_error_code(Errc::alias_loop);
        aliases_[address] = std::nullopt;
        auto leads = Leads::nowhere;
        for (const auto& target : targets_of(address)) {
            const auto parsed = split_address(target);
            if (!parsed) continue; // only an older program could have stored it
            const auto led = follow(*parsed);
            if (!led) return led;
            if (leads == Leads::nowhere || *led == Leads::somewhere) leads = *led;
        }
        aliases_[address] = leads;
        return leads;
    }

    /// Of an alias itself: somewhere when it is in use.
    Leads state_of(const std::string& address)
    {
        Query row(database_, "SELECT enabled, until FROM alias WHERE address = ?", address);
        if (!row.step()) return Leads::nowhere;
        if (!row.as<bool>(0)) return Leads::switched_off;
        if (!row.null(1) && row.as<Time>(1) <= now()) return Leads::ended;
        return Leads::somewhere;
    }

    /// A list of its own: the statement must be free again before we go deeper.
    std::vector<std::string> targets_of(const std::string& address)
    {
        std::vector<std::string> targets;
        Query row(database_, "SELECT target FROM alias_target WHERE alias = ? ORDER BY position", address);
        while (row.step())
            targets.push_back(row.as<std::string>(0));
        return targets;
    }

    /// `account` has id, address, and what room_of() needs.
    Result<Leads> add_local(const Query& account)
    {
        Route::Local local{.account = account.as<AccountId>(0), .address = account.as<std::string>(1)};
        if (!seen_.insert(local.address).second) return Leads::somewhere;
        if (seen_.size() > most_targets) return make_error_code(Errc::alias_loop);
        local.room = room_of(account, 2, default_quota_);
        route_.local.push_back(std::move(local));
        return Leads::somewhere;
    }

    Result<Leads> add_remote(const Address& address)
    {
        const Address canonical{canonical_local_part(address.local_part), address.domain};
        if (!seen_.insert(canonical.text()).second) return Leads::somewhere;
        if (seen_.size() > most_targets) return make_error_code(Errc::alias_loop);
        route_.remote.push_back(address.text());
        return Leads::somewhere;
    }

    Result<Leads> add_administrator(const std::string& domain)
    {
        Query row(database_,
                  "SELECT account.id, account.address, account.quota, account.octets, "
                  "domain.quota, domain.octets FROM account JOIN domain ON domain.id = account.domain "
                  "WHERE account.admin AND account.enabled ORDER BY domain.name <> ?, account.id LIMIT 1",
                  domain);
        if (!row.step()) return Leads::nowhere;
        return add_local(row);
    }

    Database& database_;
    std::uint64_t default_quota_;
    std::string_view separators_;
    Route route_;
    std::set<std::string> seen_;
    std::map<std::string, std::optional<Leads>> aliases_; // without: we are in it, and back is a circle
};

Result<Route> own_route(Database& database, const Address& address, std::uint64_t default_quota,
                        std::string_view separators)
{
    if (!local_domain(database, address.domain)) return make_error_code(Errc::not_local);
    Routing routing(database, default_quota, separators);
    const auto led = routing.follow(address);
    if (!led) return led.error();
    switch (*led) {
    case Leads::nowhere:
        return make_error_code(Errc::not_found);
    case Leads::switched_off:
        return make_error_code(Errc::switched_off);
    case Leads::ended:
        return make_error_code(Errc::ended);
    case Leads::somewhere:
        break;
    }
    return routing.take();
}

bool leads_nowhere(error_code error)
{
    return error == Errc::not_local || error == Errc::not_found || error == Errc::switched_off ||
           error == Errc::ended;
}

} // namespace

Result<Route> route_of(Database& database, const Address& address, std::uint64_t default_quota,
                       std::string_view separators, std::string_view sink)
{
    auto route = own_route(database, address, default_quota, separators);
    if (sink.empty()) return route;
    if (route ? route->remote.empty() : !leads_nowhere(route.error())) return route;
    Route all = route ? std::move(*route) : Route{};
    all.remote.clear();
    const auto whose = parse_address(sink);
    const auto caught = whose ? own_route(database, *whose, default_quota, separators)
                              : Result<Route>(make_error_code(Errc::invalid));
    if (!caught) return caught.error() == Errc::alias_loop ? caught : make_error_code(Errc::not_found);
    for (const auto& one : caught->local) {
        if (std::ranges::find(all.local, one.account, &Route::Local::account) == all.local.end())
            all.local.push_back(one);
    }
    if (all.local.empty()) return make_error_code(Errc::not_found);
    return all;
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/routing.hpp"

#include "storage/sqlite/access.hpp"
#include "storage/sqlite/placing.hpp"

#include <map>
#include <set>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

enum class Leads
{
    nowhere,
    somewhere
};

/// Follows aliases, depth first.
class Routing
{
public:
    Routing(Database& database, std::uint64_t default_quota)
        : database_(database), default_quota_(default_quota)
    {}

    /// Adds where the address leads to. Errors: alias_loop.
    Result<Leads> follow(const Address& address)
    {
        if (!local_domain(database_, address.domain)) return add_remote(address);
        auto led = follow_exactly(address.text());
        if (!led || *led == Leads::somewhere) return led;
        if (const auto shorter = without_suffix(address)) {
            led = follow_exactly(shorter->text());
            if (!led || *led == Leads::somewhere) return led;
        }
        led = follow_alias("@" + address.domain);
        if (!led || *led == Leads::somewhere) return led;
        // RFC 5321 §4.5.1: mail for postmaster must be accepted.
        if (address.local_part == "postmaster") return add_administrator(address.domain);
        return Leads::nowhere;
    }

    Route take() { return std::move(route_); }

private:
    enum class State
    {
        open, // we are in it: coming here again is a circle
        leads_somewhere,
        leads_nowhere
    };

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
            if (known->second == State::open) return make_error_code(Errc::alias_loop);
            return known->second == State::leads_somewhere ? Leads::somewhere : Leads::nowhere;
        }
        const auto targets = targets_of(address);
        if (targets.empty()) return Leads::nowhere;
        if (aliases_.size() >= most_targets) return make_error_code(Errc::alias_loop);
        aliases_[address] = State::open;
        auto leads = Leads::nowhere;
        for (const auto& target : targets) {
            const auto parsed = parse_address(target);
            if (!parsed) continue; // only an older program could have stored it
            const auto led = follow(*parsed);
            if (!led) return led;
            if (*led == Leads::somewhere) leads = Leads::somewhere;
        }
        aliases_[address] = leads == Leads::somewhere ? State::leads_somewhere : State::leads_nowhere;
        return leads;
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
        const auto text = address.text();
        if (!seen_.insert(text).second) return Leads::somewhere;
        if (seen_.size() > most_targets) return make_error_code(Errc::alias_loop);
        route_.remote.push_back(text);
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
    Route route_;
    std::set<std::string> seen_;
    std::map<std::string, State> aliases_;
};

} // namespace

Result<Route> route_of(Database& database, const Address& address, std::uint64_t default_quota)
{
    if (!local_domain(database, address.domain)) return make_error_code(Errc::not_local);
    Routing routing(database, default_quota);
    const auto led = routing.follow(address);
    if (!led) return led.error();
    if (*led == Leads::nowhere) return make_error_code(Errc::not_found);
    return routing.take();
}

} // namespace pillarbox::storage::sqlite

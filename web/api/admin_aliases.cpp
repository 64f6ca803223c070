#include "server/admin/address.hpp"
#include "server/admin/until.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t longest_time = 40;   // likewise
constexpr std::size_t most_targets = 1000; // as the store has it

std::string_view state_of(const storage::Alias& alias)
{
    if (!alias.enabled) return "disabled";
    const bool ended = alias.until && *alias.until <= std::chrono::system_clock::now();
    return ended ? "ended" : "enabled";
}

json::object describe(const storage::Alias& alias)
{
    json::array targets;
    for (const auto& target : alias.targets)
        targets.emplace_back(target);
    json::object object;
    object["address"] = alias.address;
    object["targets"] = std::move(targets);
    object["enabled"] = alias.enabled;
    object["state"] = state_of(alias);
    object["until"] = nullptr;
    if (alias.until) object["until"] = format_time(*alias.until);
    return object;
}

Response refuse_alias(const http::Request& request, boost::system::error_code error)
{
    using storage::Errc;
    if (error == Errc::not_found)
        return http::problem(request, 404, "There is no such alias. It may have been removed.");
    if (error == Errc::already_exists)
        return http::problem(request, 409, "conflict", "An account or an alias has that address already.",
                             {{"/address", "An account or an alias has that address already."}});
    if (error == Errc::invalid)
        return http::problem(request, 400, "invalid", "That is no domain of this server. Add it first.",
                             {{"/address", "That is no domain of this server. Add it first."}});
    return http::problem(request, error);
}

/// Where it leads and until when, as it was entered.
struct WantedAlias
{
    std::optional<std::vector<std::string>> targets;
    std::optional<std::string> until;
};

WantedAlias take(Members& members)
{
    WantedAlias wanted;
    wanted.targets = members.texts("targets", most_targets, longest_address);
    wanted.until = members.optional_text("until", longest_time);
    return wanted;
}

/// Puts what was entered into `alias`; an empty time is for good.
void read_into(storage::Alias& alias, const WantedAlias& wanted, EntryReader& read)
{
    if (wanted.targets) {
        alias.targets.clear();
        for (const auto& target : *wanted.targets)
            alias.targets.push_back(read("/targets", [&] { return admin::parse_target(target); }));
    }
    if (alias.targets.empty()) read.note("/targets", "An alias leads to at least one address.");
    if (wanted.until) alias.until = std::nullopt;
    if (wanted.until && !wanted.until->empty())
        alias.until = read("/until", [&] { return admin::parse_until(*wanted.until); });
}

awaitable<storage::Result<storage::Alias>> find_alias(Administration administration, std::string address)
{
    const auto aliases = co_await administration.services.store.accounts().aliases();
    if (!aliases) co_return aliases.error();
    const auto at = std::ranges::find(*aliases, address, &storage::Alias::address);
    if (at == aliases->end()) co_return make_error_code(storage::Errc::not_found);
    co_return *at;
}

awaitable<Response> list_aliases(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto aliases = co_await administration.services.store.accounts().aliases();
    if (!aliases) co_return http::problem(context.request, aliases.error());
    Found found(*filter);
    for (const auto& alias : *aliases) {
        const bool led_to =
            std::ranges::any_of(alias.targets, [&](const auto& one) { return filter->takes(one); });
        if (!led_to && !filter->takes(alias.address)) continue;
        found.add([&] { return describe(alias); });
    }
    co_return json_response(found.take());
}

awaitable<Response> add_alias(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto text = members.text("address", longest_address);
    const auto wanted = take(members);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    storage::Alias alias;
    alias.address = read("/address", [&] { return admin::parse_alias_address(text); });
    read_into(alias, wanted, read);
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    const auto added = co_await administration.services.store.accounts().add_alias(alias);
    if (!added) co_return refuse_alias(request, added.error());
    context.log.info("admin.alias_added", {{"alias", alias.address}});
    auto response = json_response(describe(alias));
    response.status = 201;
    co_return response;
}

awaitable<Response> change_alias(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = administration.services.store.accounts();
    Members members(request);
    const auto enabled = members.flag("enabled");
    const auto wanted = take(members);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    auto found = co_await find_alias(administration, context.parameter("address"));
    if (!found) co_return refuse_alias(request, found.error());
    storage::Alias& alias = *found;
    EntryReader read;
    read_into(alias, wanted, read);
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    if (wanted.targets || wanted.until) {
        const auto changed = co_await accounts.change_alias(alias.address, alias.targets, alias.until);
        if (!changed) co_return refuse_alias(request, changed.error());
        context.log.info("admin.alias_changed", {{"alias", alias.address}});
    }
    if (enabled) {
        const auto changed = co_await accounts.set_alias_enabled(alias.address, *enabled);
        if (!changed) co_return refuse_alias(request, changed.error());
        context.log.info("admin.alias_enabled", {{"alias", alias.address}, {"enabled", *enabled}});
        alias.enabled = *enabled;
    }
    co_return json_response(describe(alias));
}

awaitable<Response> remove_alias(Administration administration, const Context& context)
{
    const auto& address = context.parameter("address");
    const auto removed = co_await administration.services.store.accounts().remove_alias(address);
    if (!removed) co_return refuse_alias(context.request, removed.error());
    context.log.info("admin.alias_removed", {{"alias", address}});
    co_return no_content();
}

} // namespace

void add_admin_aliases(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    route("GET", "/api/v1/admin/aliases", list_aliases);
    route("POST", "/api/v1/admin/aliases", add_alias);
    route("PATCH", "/api/v1/admin/aliases/{address}", change_alias);
    route("DELETE", "/api/v1/admin/aliases/{address}", remove_alias);
}

} // namespace pillarbox::api

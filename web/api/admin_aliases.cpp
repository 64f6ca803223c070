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

constexpr std::size_t longest_address = 254; // octets
constexpr std::size_t longest_time = 40;     // likewise
constexpr std::size_t most_targets = 1000;   // as the store has it

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

Response refuse(const http::Request& request, boost::system::error_code error)
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

awaitable<storage::Result<storage::Alias>> find(Administration administration, std::string address)
{
    const auto aliases = co_await administration.services.store.accounts().aliases();
    if (!aliases) co_return aliases.error();
    const auto at = std::ranges::find(*aliases, address, &storage::Alias::address);
    if (at == aliases->end()) co_return make_error_code(storage::Errc::not_found);
    co_return *at;
}

awaitable<Response> list(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto aliases = co_await administration.services.store.accounts().aliases();
    if (!aliases) co_return http::problem(context.request, aliases.error());
    json::array items;
    std::size_t total = 0;
    for (const auto& alias : *aliases) {
        const bool led_to =
            std::ranges::any_of(alias.targets, [&](const auto& one) { return filter->takes(one); });
        if (!led_to && !filter->takes(alias.address)) continue;
        if (++total <= filter->most) items.push_back(describe(alias));
    }
    json::object object;
    object["items"] = std::move(items);
    object["total"] = total;
    co_return json_response(object);
}

awaitable<Response> add(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto text = members.text("address", longest_address);
    const auto targets = members.texts("targets", most_targets, longest_address);
    const auto until = members.optional_text("until", longest_time).value_or("");
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    storage::Alias alias;
    alias.address = read("/address", [&] { return admin::parse_alias_address(text); });
    for (const auto& target : targets.value_or(std::vector<std::string>()))
        alias.targets.push_back(read("/targets", [&] { return admin::parse_target(target); }));
    if (alias.targets.empty()) read.note("/targets", "An alias leads to at least one address.");
    if (!until.empty()) alias.until = read("/until", [&] { return admin::parse_until(until); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    const auto added = co_await administration.services.store.accounts().add_alias(alias);
    if (!added) co_return refuse(request, added.error());
    context.log.info("admin.alias_added", {{"alias", alias.address}});
    auto response = json_response(describe(alias));
    response.status = 201;
    co_return response;
}

awaitable<Response> change(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto enabled = members.flag("enabled");
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto& address = context.parameter("address");
    if (enabled) {
        const auto changed =
            co_await administration.services.store.accounts().set_alias_enabled(address, *enabled);
        if (!changed) co_return refuse(request, changed.error());
        context.log.info("admin.alias_enabled", {{"alias", address}, {"enabled", *enabled}});
    }
    const auto alias = co_await find(administration, address);
    if (!alias) co_return refuse(request, alias.error());
    co_return json_response(describe(*alias));
}

awaitable<Response> remove(Administration administration, const Context& context)
{
    const auto& address = context.parameter("address");
    const auto removed = co_await administration.services.store.accounts().remove_alias(address);
    if (!removed) co_return refuse(context.request, removed.error());
    context.log.info("admin.alias_removed", {{"alias", address}});
    co_return no_content();
}

} // namespace

void add_admin_aliases(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    route("GET", "/api/v1/admin/aliases", list);
    route("POST", "/api/v1/admin/aliases", add);
    route("PATCH", "/api/v1/admin/aliases/{address}", change);
    route("DELETE", "/api/v1/admin/aliases/{address}", remove);
}

} // namespace pillarbox::api

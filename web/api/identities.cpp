#include "storage/identities.hpp"
#include "server/admin/address.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t longest_display_name = 200; // octets
constexpr std::size_t longest_signature = 4096;   // likewise
constexpr std::string_view not_theirs = "You may not write from that address.";

json::object describe(const storage::SendingIdentity& identity)
{
    json::object object;
    object["address"] = identity.address;
    object["name"] = identity.name;
    object["signature"] = identity.signature;
    object["preferred"] = identity.preferred;
    return object;
}

/// A name goes into a header field, where a line ends nowhere else (RFC 5322 §2.2).
bool has_control(std::string_view name)
{
    return std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::optional<std::string> address_of(const Context& context)
{
    try {
        return admin::parse_address(context.parameter("address"));
    } catch (const admin::Failed&) {
        return std::nullopt;
    }
}

awaitable<Response> list_identities(const http::Services& services, const Context& context)
{
    const auto identities = co_await services.store.identities().list(context.account());
    if (!identities) co_return http::problem(context.request, identities.error());
    json::array items;
    for (const auto& identity : identities->items)
        items.push_back(describe(identity));
    json::array domains;
    for (const auto& domain : identities->domains)
        domains.emplace_back(domain);
    json::object object;
    object["items"] = std::move(items);
    object["domains"] = std::move(domains);
    co_return json_response(object);
}

awaitable<Response> set_identity(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    storage::SendingIdentity identity;
    identity.name = members.optional_text("name", longest_display_name).value_or("");
    identity.signature = members.optional_text("signature", longest_signature).value_or("");
    identity.preferred = members.flag("preferred").value_or(false);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    if (has_control(identity.name))
        co_return http::problem(request, 400, "invalid", "The name must be one line.",
                                {{"/name", "The name must be one line."}});
    const auto address = address_of(context);
    if (!address) co_return http::problem(request, 404, not_theirs);
    identity.address = *address;
    std::erase(identity.signature, '\r');
    const auto set = co_await services.store.identities().set(context.account(), identity);
    if (!set && set.error() == storage::Errc::not_found) co_return http::problem(request, 404, not_theirs);
    if (!set && set.error() == storage::Errc::over_quota)
        co_return http::problem(request, 409, "You have 100 identities. Reset one first.");
    if (!set) co_return http::problem(request, set.error());
    co_return json_response(describe(identity));
}

awaitable<Response> reset_identity(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    const auto address = address_of(context);
    if (!address) co_return http::problem(request, 404, not_theirs);
    const auto reset = co_await services.store.identities().reset(context.account(), *address);
    if (!reset && reset.error() == storage::Errc::not_found)
        co_return http::problem(request, 404, "Nothing was set for that address.");
    if (!reset) co_return http::problem(request, reset.error());
    co_return no_content();
}

} // namespace

void add_identities(http::Router& router, const http::Services& services)
{
    const auto route = [&](std::string_view method, std::string_view path, http::Access access,
                           auto handler) {
        router.add(method, path, access,
                   [&services, handler](const Context& c) { return handler(services, c); });
    };
    route("GET", "/api/v1/identities", http::Access::sending, list_identities);
    route("PUT", "/api/v1/identities/{address}", http::Access::in_person, set_identity);
    route("DELETE", "/api/v1/identities/{address}", http::Access::in_person, reset_identity);
}

} // namespace pillarbox::api

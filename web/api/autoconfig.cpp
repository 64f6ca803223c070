#include "server/admin/address.hpp"
#include "server/admin/failed.hpp"
#include "web/api/client_settings.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/headers.hpp"
#include "web/http/problem.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::string_view not_ours = "That is no domain of this server.";

/// An address as it was entered; nothing for what is none.
std::optional<std::string> address_of(const std::string& text)
{
    try {
        return admin::parse_address(text);
    } catch (const admin::Failed&) {
        return std::nullopt;
    }
}

/// The domain that the request is about, if it says: by the address, or by the
/// name that was asked, autoconfig.example.org.
std::string wanted_domain(const http::Request& request, const std::string& address)
{
    if (!address.empty()) return address.substr(address.rfind('@') + 1);
    const auto host = http::host_of(request.authority);
    for (const std::string_view prefix : {"autoconfig.", "autodiscover."})
        if (host.starts_with(prefix)) return std::string(host.substr(prefix.size()));
    return {};
}

/// What to tell of the server; nothing when it is not about a domain of ours.
awaitable<storage::Result<ClientSettings>> settings_for(const http::Services& services,
                                                        const http::Request& request, std::string address)
{
    const auto domains = co_await services.store.accounts().domains();
    if (!domains) co_return domains.error();
    if (domains->empty()) co_return make_error_code(storage::Errc::not_found);
    ClientSettings settings;
    settings.name = services.hostname;
    settings.domain = wanted_domain(request, address);
    settings.address = std::move(address);
    settings.servers = client_servers(*services.config());
    if (settings.domain.empty() || settings.domain == services.hostname)
        settings.domain = domains->front().name;
    if (std::ranges::find(*domains, settings.domain, &storage::Domain::name) == domains->end())
        co_return make_error_code(storage::Errc::not_found);
    co_return settings;
}

Response xml(std::string_view type, std::string body)
{
    Response response;
    response.fields.set("Content-Type", type);
    response.fields.set("Cache-Control", "no-cache");
    response.body = std::move(body);
    return response;
}

Response refuse_autoconfig(const http::Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found) return http::problem(request, 404, not_ours);
    return http::problem(request, error);
}

/// `?emailaddress=`; empty without it, nothing when it is no address.
std::optional<std::string> asked_address(const http::Request& request)
{
    const auto query = http::parse_query(request.query);
    if (!query) return std::nullopt;
    const auto text = parameter(*query, "emailaddress").value_or("");
    return text.empty() ? std::optional(std::string()) : address_of(text);
}

awaitable<Response> tell_thunderbird(const http::Services& services, const Context& context)
{
    auto address = asked_address(context.request);
    if (!address) co_return http::problem(context.request, 404, not_ours);
    const auto settings = co_await settings_for(services, context.request, *std::move(address));
    if (!settings) co_return refuse_autoconfig(context.request, settings.error());
    co_return xml("text/xml; charset=utf-8", thunderbird_config(*settings));
}

awaitable<Response> tell_outlook(const http::Services& services, const Context& context)
{
    auto address = address_of(outlook_address(context.request.body));
    if (!address) co_return http::problem(context.request, 400, "The request names no address.");
    const auto settings = co_await settings_for(services, context.request, *std::move(address));
    if (!settings) co_return refuse_autoconfig(context.request, settings.error());
    co_return xml("text/xml; charset=utf-8", outlook_autodiscover(*settings));
}

awaitable<Response> give_profile(const http::Services& services, const Context& context)
{
    auto address = asked_address(context.request);
    if (!address || address->empty())
        co_return http::problem(context.request, 400, "Say whose: ?emailaddress=name@example.org.");
    const auto settings = co_await settings_for(services, context.request, *std::move(address));
    if (!settings) co_return refuse_autoconfig(context.request, settings.error());
    auto response = xml("application/x-apple-aspen-config", apple_profile(*settings));
    response.fields.set("Content-Disposition", "attachment; filename=\"mail.mobileconfig\"");
    co_return response;
}

} // namespace

void add_autoconfig(http::Router& router, const http::Services& services)
{
    const auto route = [&](std::string_view method, std::string_view path, auto handler) {
        router.add(method, path, http::Access::published,
                   [&services, handler](const Context& c) { return handler(services, c); });
    };
    for (const std::string_view path :
         {"/mail/config-v1.1.xml", "/.well-known/autoconfig/mail/config-v1.1.xml"})
        route("GET", path, tell_thunderbird);
    for (const std::string_view path : {"/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"})
        route("POST", path, tell_outlook);
    route("GET", "/apple/mail.mobileconfig", give_profile);
}

} // namespace pillarbox::api

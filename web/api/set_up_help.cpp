#include "web/api/client_settings.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

std::string_view name_of(ClientServer::Security security)
{
    switch (security) {
    case ClientServer::Security::tls:
        return "tls";
    case ClientServer::Security::starttls:
        return "starttls";
    case ClientServer::Security::none:
        break;
    }
    return "none";
}

json::object describe(const ClientServer& server, const std::string& host)
{
    json::object object;
    object["kind"] = server.kind == ClientServer::Kind::pop3 ? "pop3" : "smtp";
    object["security"] = name_of(server.security);
    object["host"] = host;
    object["port"] = server.port;
    return object;
}

awaitable<Response> show_help(const http::Services& services, const Context& context)
{
    const auto account = co_await services.store.accounts().find(context.account());
    if (!account) co_return http::problem(context.request, account.error());
    json::array servers;
    for (const auto& server : client_servers(*services.config()))
        servers.push_back(describe(server, services.hostname));
    json::object object;
    object["address"] = account->address;
    object["servers"] = std::move(servers);
    co_return json_response(object);
}

} // namespace

void add_client_settings(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/client-settings", http::Access::in_person,
               [&services](const Context& c) { return show_help(services, c); });
}

} // namespace pillarbox::api

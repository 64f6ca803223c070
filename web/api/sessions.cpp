#include "web/api/json.hpp"
#include "web/api/own_account.hpp"
#include "web/http/secret.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t id_length = 32; // of 64 hex digits

/// Names a session, and is worth nothing: what the store knows it by is hashed
/// once more.
std::string id_of(const storage::WebSession& session)
{
    return http::sha256(session.digest).substr(0, id_length);
}

json::object describe(const storage::WebSession& session, bool current)
{
    json::object object;
    object["id"] = id_of(session);
    object["current"] = current;
    object["agent"] = session.agent;
    object["address"] = nullptr;
    if (!session.peer.empty()) object["address"] = session.peer;
    object["created"] = format_time(session.created);
    object["lastSeen"] = format_time(session.last_seen.value_or(session.created));
    object["expires"] = format_time(session.expires);
    return object;
}

awaitable<Response> list_sessions(const http::Services& services, const Context& context)
{
    const auto sessions = co_await services.store.sessions().list(context.account());
    if (!sessions) co_return http::problem(context.request, sessions.error());
    json::array items;
    for (const auto& session : *sessions)
        items.push_back(describe(session, session.digest == context.session.digest));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<Response> end_session(const http::Services& services, const Context& context)
{
    constexpr auto none = "There is no such session. It may have ended.";
    auto& store = services.store.sessions();
    const auto sessions = co_await store.list(context.account());
    if (!sessions) co_return http::problem(context.request, sessions.error());
    const auto found = std::ranges::find(*sessions, context.parameter("id"), id_of);
    if (found == sessions->end()) co_return http::problem(context.request, 404, none);
    const auto ended = co_await store.end(context.account(), found->digest);
    if (!ended && ended.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, none);
    if (!ended) co_return http::problem(context.request, ended.error());
    context.log.info("account.session_ended", {{"session", context.parameter("id")}});
    co_return no_content();
}

awaitable<Response> end_others(const http::Services& services, const Context& context)
{
    const auto ended =
        co_await services.store.sessions().end_others(context.account(), context.session.digest);
    if (!ended) co_return http::problem(context.request, ended.error());
    context.log.info("account.sessions_ended", {{"sessions", *ended}});
    json::object object;
    object["ended"] = *ended;
    co_return json_response(object);
}

} // namespace

void add_sessions(http::Router& router, const http::Services& services)
{
    const auto route = [&](std::string_view method, std::string_view path, auto handler) {
        router.add(method, path, http::Access::in_person,
                   [&services, handler](const Context& c) { return handler(services, c); });
    };
    route("GET", "/api/v1/sessions", list_sessions);
    route("DELETE", "/api/v1/sessions", end_others);
    route("DELETE", "/api/v1/sessions/{id}", end_session);
}

} // namespace pillarbox::api

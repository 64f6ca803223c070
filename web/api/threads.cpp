#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

/// A conversation is named by any message of it: it needs no id of its own,
/// which would change as soon as a message joins two of them.
awaitable<Response> show_thread(const http::Services& services, const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(context.request, 404, "There is no such conversation.");
    const auto messages = co_await services.store.search().thread(context.account(), storage::MessageId(*id));
    if (!messages && messages.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, "There is no such conversation.");
    if (!messages) co_return http::problem(context.request, messages.error());
    json::array items;
    for (const auto& message : *messages)
        items.push_back(describe_message(message));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

} // namespace

void add_threads(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/threads/{id}", http::Access::signed_in,
               [&services](const Context& context) { return show_thread(services, context); });
}

} // namespace pillarbox::api

#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <string>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

using storage::Event;
using storage::EventKind;

/// What its owner may know. Who signed in to send it stays out: that is another
/// person, whose address need not be the sender's.
json::object describe(const Event& event)
{
    json::object object;
    const auto text = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) object[name] = value;
    };
    object["at"] = format_time(event.at);
    object["kind"] = storage::name_of(event.kind);
    if (event.message != storage::MessageId{}) object["message"] = format_id(event.message);
    text("mailbox", event.mailbox_name);
    if (event.uid != 0) object["uid"] = event.uid;
    text("session", event.session);
    text("address", event.peer);
    text("protocol", event.protocol);
    text("tls", event.tls);
    text("sender", event.sender);
    text("recipient", event.recipient);
    text("messageId", event.message_id);
    text("name", event.name);
    text("reason", event.text);
    if (event.code != 0) object["code"] = event.code;
    if (event.protocol == "POP3") {
        object["device"] = nullptr;
        text("device", event.user);
    }
    if (event.until) {
        object["until"] = format_time(*event.until);
        object["restorable"] = event.there;
    }
    return object;
}

awaitable<Response> show_trace(const http::Services& services, const Context& context)
{
    constexpr auto none = "There is no such message. It may have been deleted.";
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(context.request, 404, none);
    const auto events =
        co_await services.store.events().of_message(context.account(), storage::MessageId(*id));
    if (!events && events.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, none);
    if (!events) co_return http::problem(context.request, events.error());
    json::array items;
    for (const auto& event : *events)
        items.push_back(describe(event));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

} // namespace

void add_trace(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/messages/{id}/trace", http::Access::signed_in,
               [&services](const Context& c) { return show_trace(services, c); });
}

} // namespace pillarbox::api

#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <string>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

/// The name that a person gave it; the account's own password has none.
json::value describe_label(const std::string& label)
{
    if (label.empty()) return nullptr;
    return json::string(label);
}

json::value describe_time(std::optional<storage::Time> time)
{
    if (!time) return nullptr;
    return json::string(format_time(*time));
}

json::object describe(const storage::Device& device)
{
    json::object object;
    object["label"] = describe_label(device.label);
    object["firstSeen"] = describe_time(device.first_seen);
    object["lastSeen"] = describe_time(device.last_seen);
    object["address"] = nullptr;
    if (!device.peer.empty()) object["address"] = device.peer;
    object["fetched"] = device.fetched;
    return object;
}

awaitable<Response> list_devices(const http::Services& services, const Context& context)
{
    const auto devices = co_await services.store.devices().list(context.account());
    if (!devices) co_return http::problem(context.request, devices.error());
    json::array items;
    for (const auto& device : *devices)
        items.push_back(describe(device));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<Response> who_fetched(const http::Services& services, const Context& context)
{
    constexpr auto none = "There is no such message. It may have been deleted.";
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(context.request, 404, none);
    const auto fetched =
        co_await services.store.devices().who_fetched(context.account(), storage::MessageId(*id));
    if (!fetched && fetched.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, none);
    if (!fetched) co_return http::problem(context.request, fetched.error());
    json::array items;
    for (const auto& one : *fetched) {
        json::object item;
        item["device"] = describe_label(one.label);
        item["at"] = format_time(one.at);
        items.push_back(std::move(item));
    }
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

} // namespace

void add_devices(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/devices", http::Access::signed_in,
               [&services](const Context& c) { return list_devices(services, c); });
    router.add("GET", "/api/v1/messages/{id}/fetched", http::Access::signed_in,
               [&services](const Context& c) { return who_fetched(services, c); });
}

} // namespace pillarbox::api

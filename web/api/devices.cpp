#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::string_view forever = "forever";
constexpr std::string_view until_fetched = "until-fetched";
constexpr std::uint64_t usual_grace = std::uint64_t{7} * 86'400;       // seconds
constexpr std::uint64_t longest_grace = std::uint64_t{3'650} * 86'400; // likewise

/// The name that a person gave it; the account's own password has none.
json::value describe_label(const std::string& label)
{
    if (label.empty()) return nullptr;
    return json::string(label);
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

json::object describe_policy(std::optional<std::chrono::seconds> grace)
{
    json::object object;
    object["until"] = grace ? until_fetched : forever;
    object["grace"] = nullptr;
    if (grace) object["grace"] = grace->count();
    return object;
}

awaitable<Response> show_policy(const http::Services& services, const Context& context)
{
    const auto grace = co_await services.store.devices().grace(context.account());
    if (!grace) co_return http::problem(context.request, grace.error());
    co_return json_response(describe_policy(*grace));
}

awaitable<Response> change_policy(const http::Services& services, const Context& context)
{
    Members members(context.request);
    const auto until = members.choice("until", {forever, until_fetched});
    const auto grace = members.count("grace", longest_grace);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    std::optional<std::chrono::seconds> wanted;
    if (until == until_fetched) wanted = std::chrono::seconds(grace.value_or(usual_grace));
    if (!wanted && grace)
        co_return http::problem(context.request, 400, "A grace goes with until-fetched only.");
    const auto changed = co_await services.store.devices().set_grace(context.account(), wanted);
    if (!changed && changed.error() == storage::Errc::invalid)
        co_return http::problem(context.request, 409,
                                "This server has no vault: what goes could not be had back.");
    if (!changed) co_return http::problem(context.request, changed.error());
    co_return json_response(describe_policy(wanted));
}

} // namespace

void add_devices(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/devices", http::Access::signed_in,
               [&services](const Context& c) { return list_devices(services, c); });
    router.add("GET", "/api/v1/devices/policy", http::Access::signed_in,
               [&services](const Context& c) { return show_policy(services, c); });
    router.add("PUT", "/api/v1/devices/policy", http::Access::signed_in,
               [&services](const Context& c) { return change_policy(services, c); });
    router.add("GET", "/api/v1/messages/{id}/fetched", http::Access::signed_in,
               [&services](const Context& c) { return who_fetched(services, c); });
}

} // namespace pillarbox::api

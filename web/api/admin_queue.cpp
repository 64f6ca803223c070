#include "server/admin/queue_words.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

using storage::QueueChange;

constexpr std::size_t most_looked_at = 10'000; // entries, as the verb lists them
constexpr std::string_view none =
    "There is no such entry in the queue. It may have been delivered meanwhile.";

bool holds_all(const Administration& administration)
{
    return administration.services.config()->outbound.mode == Config::Outbound::Mode::hold;
}

json::value describe_time(std::optional<storage::Time> time)
{
    if (!time) return nullptr;
    return json::string(format_time(*time));
}

json::object describe(const storage::Queued& entry, bool all_held)
{
    json::object object;
    object["id"] = format_id(entry.id);
    object["state"] = admin::state_of(entry, all_held);
    object["held"] = entry.held;
    object["from"] = entry.reverse_path;
    object["to"] = entry.recipient;
    object["octets"] = entry.size;
    object["queued"] = format_time(entry.queued);
    object["attempts"] = entry.attempts;
    object["tried"] = nullptr;
    if (entry.attempts > 0) object["tried"] = format_time(entry.tried);
    object["next"] = describe_time(admin::next_try(entry, all_held));
    object["host"] = entry.host;
    object["reply"] = entry.reply;
    object["asked"] = admin::asked_of(entry);
    return object;
}

Response refuse(const http::Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found) return http::problem(request, 404, none);
    return http::problem(request, error);
}

std::optional<storage::QueueId> id_of(const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    return id ? std::optional(storage::QueueId(*id)) : std::nullopt;
}

awaitable<Response> list(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto queued = co_await administration.services.store.queue().list(most_looked_at);
    if (!queued) co_return http::problem(context.request, queued.error());
    const bool all_held = holds_all(administration);
    json::array items;
    std::size_t total = 0;
    for (const auto& entry : *queued) {
        if (!filter->takes(entry.recipient) && !filter->takes(entry.reverse_path)) continue;
        if (++total <= filter->most) items.push_back(describe(entry, all_held));
    }
    json::object object;
    object["items"] = std::move(items);
    object["total"] = total;
    object["allHeld"] = all_held;
    co_return json_response(object);
}

awaitable<Response> show(Administration administration, const Context& context)
{
    const auto id = id_of(context);
    if (!id) co_return http::problem(context.request, 404, none);
    const auto entry = co_await administration.services.store.queue().find(*id);
    if (!entry) co_return refuse(context.request, entry.error());
    co_return json_response(describe(*entry, holds_all(administration)));
}

QueueChange change_of(std::string_view action)
{
    if (action == "hold") return QueueChange::hold;
    if (action == "release") return QueueChange::release;
    return QueueChange::retry;
}

/// One entry, or all of them.
awaitable<Response> change(Administration administration, const Context& context, bool all)
{
    const auto& request = context.request;
    Members members(request);
    const auto action = members.choice("action", {"hold", "release", "retry"});
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto id = all ? std::nullopt : id_of(context);
    if (!all && !id) co_return http::problem(request, 404, none);
    const auto changed = co_await administration.services.store.queue().change(id, change_of(action));
    if (!changed) co_return refuse(request, changed.error());
    context.log.info("admin.queue_changed", {{"action", action}, {"entries", *changed}});
    json::object object;
    object["changed"] = *changed;
    co_return json_response(object);
}

/// Nobody is told of it.
awaitable<Response> drop(Administration administration, const Context& context)
{
    const auto id = id_of(context);
    if (!id) co_return http::problem(context.request, 404, none);
    const auto dropped = co_await administration.services.store.queue().drop(*id);
    if (!dropped) co_return refuse(context.request, dropped.error());
    context.log.info("admin.queue_dropped", {{"entry", format_id(*id)}});
    co_return no_content();
}

} // namespace

void add_admin_queue(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    const auto change_one = [](Administration a, const Context& c) { return change(a, c, false); };
    const auto change_all = [](Administration a, const Context& c) { return change(a, c, true); };
    route("GET", "/api/v1/admin/queue", list);
    route("POST", "/api/v1/admin/queue", change_all);
    route("GET", "/api/v1/admin/queue/{id}", show);
    route("POST", "/api/v1/admin/queue/{id}", change_one);
    route("DELETE", "/api/v1/admin/queue/{id}", drop);
}

} // namespace pillarbox::api

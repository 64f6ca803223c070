#include "server/admin/queue_words.hpp"
#include "server/mailflow/refusal.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
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

constexpr std::string_view no_entry =
    "There is no such entry in the queue. It may have been delivered meanwhile.";

bool holds_all(const Config& config)
{
    return config.outbound.mode == Config::Outbound::Mode::hold;
}

json::object describe(const storage::Queued& entry, const Config& config)
{
    const bool all_held = holds_all(config);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
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
    object["meaning"] = mailflow::meaning_of_refusal(entry.host, entry.reply);
    object["asked"] = admin::asked_of(entry);
    object["waits"] = admin::pace_reason(entry, config.outbound, now);
    return object;
}

Response refuse_entry(const http::Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found) return http::problem(request, 404, no_entry);
    return http::problem(request, error);
}

std::optional<storage::QueueId> entry_id(const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    return id ? std::optional(storage::QueueId(*id)) : std::nullopt;
}

awaitable<Response> list_queue(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto queued = co_await administration.services.store.queue().list(most_looked_at);
    if (!queued) co_return http::problem(context.request, queued.error());
    const auto config = administration.services.config();
    Found found(*filter);
    for (const auto& entry : *queued) {
        if (!filter->takes(entry.recipient) && !filter->takes(entry.reverse_path)) continue;
        found.add([&] { return describe(entry, *config); });
    }
    json::object object = found.take();
    object["allHeld"] = holds_all(*config);
    co_return json_response(object);
}

awaitable<Response> show_entry(Administration administration, const Context& context)
{
    const auto id = entry_id(context);
    if (!id) co_return http::problem(context.request, 404, no_entry);
    const auto entry = co_await administration.services.store.queue().find(*id);
    if (!entry) co_return refuse_entry(context.request, entry.error());
    co_return json_response(describe(*entry, *administration.services.config()));
}

QueueChange change_of(std::string_view action)
{
    if (action == "hold") return QueueChange::hold;
    if (action == "release") return QueueChange::release;
    return QueueChange::retry;
}

/// To its sender, who is told why.
awaitable<Response> give_back(Administration administration, const Context& context, storage::QueueId id)
{
    const auto given = co_await administration.services.give_up(id);
    if (!given) co_return refuse_entry(context.request, given.error());
    context.log.info("admin.queue_returned", {{"entry", format_id(id)}});
    json::object object;
    object["changed"] = 1;
    co_return json_response(object);
}

/// One entry, or all of them.
awaitable<Response> change_entry(Administration administration, const Context& context, bool all)
{
    const auto& request = context.request;
    Members members(request);
    const auto action = all ? members.choice("action", {"hold", "release", "retry"})
                            : members.choice("action", {"hold", "release", "retry", "return"});
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto id = all ? std::nullopt : entry_id(context);
    if (!all && !id) co_return http::problem(request, 404, no_entry);
    if (action == "return") {
        auto response = co_await give_back(administration, context, *id);
        co_return response;
    }
    const auto changed = co_await administration.services.store.queue().change(id, change_of(action));
    if (!changed) co_return refuse_entry(request, changed.error());
    context.log.info("admin.queue_changed", {{"action", action}, {"entries", *changed}});
    json::object object;
    object["changed"] = *changed;
    co_return json_response(object);
}

/// Nobody is told of it.
awaitable<Response> drop(Administration administration, const Context& context)
{
    const auto id = entry_id(context);
    if (!id) co_return http::problem(context.request, 404, no_entry);
    const auto dropped = co_await administration.services.store.queue().drop(*id);
    if (!dropped) co_return refuse_entry(context.request, dropped.error());
    context.log.info("admin.queue_dropped", {{"entry", format_id(*id)}});
    co_return no_content();
}

} // namespace

void add_admin_queue(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    const auto change_one = [](Administration a, const Context& c) { return change_entry(a, c, false); };
    const auto change_all = [](Administration a, const Context& c) { return change_entry(a, c, true); };
    route("GET", "/api/v1/admin/queue", list_queue);
    route("POST", "/api/v1/admin/queue", change_all);
    route("GET", "/api/v1/admin/queue/{id}", show_entry);
    route("POST", "/api/v1/admin/queue/{id}", change_one);
    route("DELETE", "/api/v1/admin/queue/{id}", drop);
}

} // namespace pillarbox::api

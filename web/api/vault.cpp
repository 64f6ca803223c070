#include "web/api/bulk.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include "server/base/ascii.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;

namespace {

constexpr std::size_t page_size = 100;
constexpr std::size_t longest_id = 20; // octets

/// `until_message`, as the list gave it; it names a place, and nothing secret.
std::optional<storage::VaultCursor> parse_cursor(std::string_view text)
{
    const auto line = text.find('_');
    if (line == std::string_view::npos) return std::nullopt;
    const auto until = parse_id(text.substr(0, line));
    const auto message = parse_id(text.substr(line + 1));
    if (!until || !message) return std::nullopt;
    return storage::VaultCursor{storage::Time{std::chrono::seconds{*until}}, storage::MessageId{*message}};
}

std::string format_cursor(const storage::Kept& kept)
{
    return std::to_string(kept.until.time_since_epoch().count()) + "_" + format_id(kept.message.id);
}

awaitable<Response> list_deleted(const http::Services& services, const Context& context)
{
    const auto query = http::parse_query(context.request.query);
    if (!query) co_return http::problem(context.request, 400, "The query is malformed.");
    std::optional<storage::VaultCursor> after;
    for (const auto& [name, value] : *query) {
        if (name != "cursor")
            co_return http::problem(context.request, 400, "invalid", "This parameter is unknown.",
                                    {{"/" + name.substr(0, 100), "This parameter is unknown."}});
        after = parse_cursor(value);
        if (!after)
            co_return http::problem(context.request, 400, "invalid", "This cursor is not good here.",
                                    {{"/cursor", "Begin the list again."}});
    }
    const auto kept = co_await services.store.vault().list(context.account(), after, page_size);
    if (!kept) co_return http::problem(context.request, kept.error());
    json::array items;
    for (const auto& one : *kept) {
        auto item = describe_message(one.message);
        item["until"] = format_time(one.until);
        items.push_back(std::move(item));
    }
    json::object object;
    object["nextCursor"] = nullptr;
    if (kept->size() == page_size) object["nextCursor"] = format_cursor(kept->back());
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<Response> change_deleted(const http::Services& services, const Context& context, bool restore)
{
    const auto& request = context.request;
    Members members(request);
    const auto texts = members.texts("ids", most_at_once, longest_id);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    if (!texts || texts->empty())
        co_return http::problem(request, 400, "invalid", "Say which messages.",
                                {{"/ids", "This is missing."}});
    std::vector<storage::MessageId> ids;
    for (const auto& text : *texts) {
        const auto id = parse_id(text);
        if (!id) co_return http::problem(request, 404, "One of the messages is not there any more.");
        ids.push_back(storage::MessageId{*id});
    }
    const auto count = ids.size();
    boost::system::error_code error;
    if (restore) {
        const auto restored = co_await services.store.vault().restore(context.account(), std::move(ids));
        if (!restored) error = restored.error();
    } else {
        const auto forgotten = co_await services.store.vault().forget(context.account(), std::move(ids));
        if (!forgotten) error = forgotten.error();
    }
    if (error == storage::Errc::not_found)
        co_return http::problem(request, 404, "One of the messages is not there any more.");
    if (error == storage::Errc::over_quota)
        co_return http::problem(request, 507, "The mailbox is full. Delete something first.");
    if (error) co_return http::problem(request, error);
    json::object object;
    object["changed"] = count;
    object["undoToken"] = nullptr;
    co_return json_response(object);
}

} // namespace

void add_vault(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/deleted", http::Access::signed_in,
               [&services](const Context& c) { return list_deleted(services, c); });
    router.add("POST", "/api/v1/deleted/restore", http::Access::signed_in,
               [&services](const Context& c) { return change_deleted(services, c, true); });
    router.add("POST", "/api/v1/deleted/forget", http::Access::signed_in,
               [&services](const Context& c) { return change_deleted(services, c, false); });
}

} // namespace pillarbox::api

#include "server/mailflow/suppression.hpp"
#include "storage/dead_addresses.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

json::object describe(const storage::DeadAddress& dead, const mailflow::SuppressionTerms& terms)
{
    json::object object;
    object["address"] = dead.address;
    object["failures"] = dead.failures;
    object["first"] = format_time(dead.first);
    object["last"] = format_time(dead.last);
    object["until"] = format_time(terms.until(dead.last));
    object["host"] = dead.host;
    object["reply"] = dead.reply;
    return object;
}

awaitable<Response> list_suppressed(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto terms = mailflow::suppression_terms(*administration.services.config());
    Found found(*filter);
    if (terms.after > 0) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto dead = co_await administration.services.store.dead_addresses().list(
            terms.after, terms.since(now), most_looked_at);
        if (!dead) co_return http::problem(context.request, dead.error());
        for (const auto& one : *dead) {
            if (!filter->takes(one.address)) continue;
            found.add([&] { return describe(one, terms); });
        }
    }
    co_return json_response(found.take());
}

/// Mail goes there again.
awaitable<Response> lift(Administration administration, const Context& context)
{
    const std::string address(context.parameter("address"));
    auto& store = administration.services.store;
    const auto by = co_await store.accounts().find(context.account());
    if (!by) co_return http::problem(context.request, by.error());
    const auto forgotten = co_await store.dead_addresses().forget(address, by->address);
    if (!forgotten && forgotten.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, "Nothing is known against this address.");
    if (!forgotten) co_return http::problem(context.request, forgotten.error());
    context.log.info("admin.suppression_lifted", {{"address", address}});
    co_return no_content();
}

} // namespace

void add_admin_suppressed(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    route("GET", "/api/v1/admin/suppressed", list_suppressed);
    route("DELETE", "/api/v1/admin/suppressed/{address}", lift);
}

} // namespace pillarbox::api

// The policy of MTA-STS for our domains, RFC 8461 §3.3, at a name of its own
// under each.

#include "server/publish/sts.hpp"
#include "web/api/resources.hpp"
#include "web/http/headers.hpp"
#include "web/http/problem.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::api {

namespace {

using http::awaitable;
using http::Context;
using http::Response;

constexpr std::string_view host_prefix = "mta-sts.";

awaitable<Response> give_policy(const http::Services& services, const Context& context)
{
    auto text = publish::sts_policy(*services.config());
    if (text.empty())
        co_return http::problem(context.request, 404, "No policy is published: see mta_sts.mode.");
    const auto host = http::host_of(context.request.authority);
    if (!host.starts_with(host_prefix))
        co_return http::problem(context.request, 404, "Policies are at mta-sts. and the domain.");
    const auto domains = co_await services.store.accounts().domains();
    if (!domains) co_return http::problem(context.request, domains.error());
    const auto domain = host.substr(host_prefix.size());
    if (std::ranges::find(*domains, domain, &storage::Domain::name) == domains->end())
        co_return http::problem(context.request, 404, "That is no domain of this server.");
    Response response;
    response.fields.set("Content-Type", "text/plain; charset=utf-8");
    response.fields.set("Cache-Control", "no-cache");
    response.body = std::move(text);
    co_return response;
}

} // namespace

void add_mta_sts(http::Router& router, const http::Services& services)
{
    router.add("GET", "/.well-known/mta-sts.txt", http::Access::published,
               [&services](const Context& c) { return give_policy(services, c); });
}

} // namespace pillarbox::api

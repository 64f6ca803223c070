#include "server/junk/filter.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;
using storage::SenderRule;

namespace {

json::object describe(const storage::RuledSender& one)
{
    json::object item;
    item["sender"] = one.sender;
    item["rule"] = one.rule == SenderRule::allow ? "allow" : "block";
    return item;
}

awaitable<Response> list_senders(const http::Services& services, const Context& context)
{
    const auto senders = co_await services.store.junk().senders(context.account());
    if (!senders) co_return http::problem(context.request, senders.error());
    json::array items;
    for (const auto& one : *senders)
        items.push_back(describe(one));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<Response> rule_sender(const http::Services& services, const Context& context)
{
    Members members(context.request);
    const auto sender = members.text("sender", longest_sender);
    const auto rule = members.choice("rule", {"allow", "block"});
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto which = rule == "allow" ? SenderRule::allow : SenderRule::block;
    const auto set = co_await services.store.junk().set_rule(context.account(), sender, which);
    if (!set && set.error() == storage::Errc::invalid)
        co_return http::problem(context.request, 400,
                                "That is no sender: write an address, or @example.org for all of a domain.");
    if (!set && set.error() == storage::Errc::over_quota)
        co_return http::problem(context.request, 409,
                                "There are too many senders in this list: remove some.");
    if (!set) co_return http::problem(context.request, set.error());
    co_return no_content();
}

awaitable<Response> forget_sender(const http::Services& services, const Context& context)
{
    Members members(context.request);
    const auto sender = members.text("sender", longest_sender);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto removed = co_await services.store.junk().remove_rule(context.account(), sender);
    if (!removed && removed.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, "That sender is neither blocked nor allowed.");
    if (!removed) co_return http::problem(context.request, removed.error());
    co_return no_content();
}

awaitable<Response> show_filter(const http::Services& services, const Context& context)
{
    std::vector<storage::AccountId> accounts{context.account()};
    const auto known = co_await services.store.junk().acquaintances(std::move(accounts), std::string());
    if (!known) co_return http::problem(context.request, known.error());
    json::object object;
    object["junk"] = known->front().junk;
    object["wanted"] = known->front().wanted;
    object["needed"] = junk::least_lessons;
    co_return json_response(object);
}

awaitable<Response> reset_filter(const http::Services& services, const Context& context)
{
    const auto forgotten = co_await services.store.junk().unlearn(context.account());
    if (!forgotten) co_return http::problem(context.request, forgotten.error());
    co_return no_content();
}

} // namespace

void add_junk(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/junk/senders", http::Access::signed_in,
               [&services](const Context& c) { return list_senders(services, c); });
    router.add("PUT", "/api/v1/junk/senders", http::Access::signed_in,
               [&services](const Context& c) { return rule_sender(services, c); });
    router.add("POST", "/api/v1/junk/senders/forget", http::Access::signed_in,
               [&services](const Context& c) { return forget_sender(services, c); });
    router.add("GET", "/api/v1/junk/filter", http::Access::signed_in,
               [&services](const Context& c) { return show_filter(services, c); });
    router.add("DELETE", "/api/v1/junk/filter", http::Access::signed_in,
               [&services](const Context& c) { return reset_filter(services, c); });
}

} // namespace pillarbox::api

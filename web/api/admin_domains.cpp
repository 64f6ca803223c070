#include "server/admin/address.hpp"
#include "server/admin/separators.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t longest_domain = 254;     // octets
constexpr std::size_t longest_separators = 100; // likewise

std::string domain_of(std::string_view address)
{
    return std::string(address.substr(address.rfind('@') + 1));
}

/// How many accounts and aliases each domain has.
struct Counts
{
    std::map<std::string, std::uint64_t> accounts;
    std::map<std::string, std::uint64_t> aliases;
};

json::object describe(const storage::Domain& domain, Counts& counts, const std::string& usual_separators)
{
    json::object object;
    object["name"] = domain.name;
    object["octets"] = domain.octets;
    object["quota"] = domain.quota;
    object["accounts"] = counts.accounts[domain.name];
    object["aliases"] = counts.aliases[domain.name];
    object["separators"] = domain.separators.value_or(usual_separators);
    object["ownSeparators"] = domain.separators.has_value();
    object["created"] = format_time(domain.created);
    return object;
}

Response refuse_domain(const http::Request& request, boost::system::error_code error)
{
    using storage::Errc;
    if (error == Errc::not_found)
        return http::problem(request, 404, "There is no such domain. It may have been removed.");
    if (error == Errc::already_exists)
        return http::problem(request, 409, "conflict", "That domain is there already.",
                             {{"/name", "That domain is there already."}});
    if (error == Errc::invalid)
        return http::problem(request, 409, "The domain still has accounts or aliases. Remove them first.");
    return http::problem(request, error);
}

awaitable<storage::Result<json::array>> describe_all(Administration administration)
{
    auto& accounts = administration.services.store.accounts();
    const auto domains = co_await accounts.domains();
    if (!domains) co_return domains.error();
    const auto people = co_await accounts.list();
    if (!people) co_return people.error();
    const auto aliases = co_await accounts.aliases();
    if (!aliases) co_return aliases.error();
    Counts counts;
    for (const auto& account : *people)
        ++counts.accounts[domain_of(account.address)];
    for (const auto& alias : *aliases)
        ++counts.aliases[domain_of(alias.address)];
    const auto usual = administration.services.config()->addresses.separators;
    json::array items;
    for (const auto& domain : *domains)
        items.push_back(describe(domain, counts, usual));
    co_return items;
}

/// One of them, as the list has it.
awaitable<Response> show_domain(Administration administration, const Context& context, std::string name)
{
    const auto all = co_await describe_all(administration);
    if (!all) co_return http::problem(context.request, all.error());
    const auto at = std::ranges::find_if(
        *all, [&](const json::value& one) { return std::string(one.at("name").as_string()) == name; });
    if (at == all->end()) co_return refuse_domain(context.request, make_error_code(storage::Errc::not_found));
    co_return json_response(*at);
}

awaitable<Response> list_domains(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    auto all = co_await describe_all(administration);
    if (!all) co_return http::problem(context.request, all.error());
    Found found(*filter);
    for (auto& one : *all) {
        if (!filter->takes(std::string(one.at("name").as_string()))) continue;
        found.add([&] { return std::move(one); });
    }
    co_return json_response(found.take());
}

awaitable<Response> add_domain(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto text = members.text("name", longest_domain);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    const auto name = read("/name", [&] { return admin::parse_domain(text); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    const auto added = co_await administration.services.store.accounts().add_domain(name);
    if (!added) co_return refuse_domain(request, added.error());
    context.log.info("admin.domain_added", {{"domain", name}});
    auto response = co_await show_domain(administration, context, name);
    if (response.status == 200) response.status = 201;
    co_return response;
}

awaitable<Response> change_domain(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = administration.services.store.accounts();
    Members members(request);
    const auto quota = members.count("quota", largest_quota);
    const auto separators = members.optional_text("separators", longest_separators);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    std::optional<std::string> own;
    if (separators) own = read("/separators", [&] { return admin::parse_separators(*separators); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    const auto& name = context.parameter("name");
    if (quota) {
        const auto changed = co_await accounts.set_domain_quota(name, *quota);
        if (!changed) co_return refuse_domain(request, changed.error());
        context.log.info("admin.domain_quota", {{"domain", name}, {"octets", *quota}});
    }
    if (separators) {
        const auto changed = co_await accounts.set_domain_separators(name, own);
        if (!changed) co_return refuse_domain(request, changed.error());
        context.log.info("admin.domain_separators", {{"domain", name}, {"separators", *separators}});
    }
    auto response = co_await show_domain(administration, context, name);
    co_return response;
}

awaitable<Response> remove_domain(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto again = ask_again(context);
    if (again) co_return std::move(*again);
    const auto& name = context.parameter("name");
    const auto removed = co_await administration.services.store.accounts().remove_domain(name);
    if (!removed) co_return refuse_domain(request, removed.error());
    context.log.info("admin.domain_removed", {{"domain", name}});
    co_return no_content();
}

} // namespace

void add_admin_domains(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    route("GET", "/api/v1/admin/domains", list_domains);
    route("POST", "/api/v1/admin/domains", add_domain);
    route("PATCH", "/api/v1/admin/domains/{name}", change_domain);
    route("DELETE", "/api/v1/admin/domains/{name}", remove_domain);
}

} // namespace pillarbox::api

#include "server/admin/address.hpp"
#include "server/admin/new_account.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/auth/reset_link.hpp"
#include "server/base/random.hpp"
#include "server/net/offload.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t generated_length = 16; // 80 random bits
constexpr std::string_view no_account = "There is no such account. It may have been removed.";
constexpr std::string_view not_oneself =
    "That is your own account. Another administrator can do this, or the command line.";

json::object describe(const storage::Account& account, std::uint64_t usual_quota)
{
    json::object object;
    object["id"] = format_id(account.id);
    object["address"] = account.address;
    object["admin"] = account.admin;
    object["enabled"] = account.enabled;
    object["messages"] = account.messages;
    object["octets"] = account.octets;
    object["quota"] = account.quota;
    object["limit"] = account.quota ? account.quota : usual_quota;
    object["created"] = format_time(account.created);
    return object;
}

/// With a password that was made up here; it is shown this once.
Response secret(json::object object, const std::string& generated)
{
    object["password"] = nullptr;
    if (!generated.empty()) object["password"] = generated;
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store");
    return response;
}

Response refuse_account(const http::Request& request, boost::system::error_code error)
{
    using storage::Errc;
    if (error == Errc::not_found) return http::problem(request, 404, no_account);
    if (error == Errc::already_exists)
        return http::problem(request, 409, "conflict", "An account or an alias has that address already.",
                             {{"/address", "An account or an alias has that address already."}});
    if (error == Errc::invalid)
        return http::problem(request, 400, "invalid", "That is no domain of this server. Add it first.",
                             {{"/address", "That is no domain of this server. Add it first."}});
    return http::problem(request, error);
}

awaitable<storage::Result<storage::Account>> named(Administration administration, const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return make_error_code(storage::Errc::not_found);
    auto account = co_await administration.services.store.accounts().find(storage::AccountId(*id));
    co_return account;
}

awaitable<Response> list_accounts(Administration administration, const Context& context)
{
    const auto filter = filter_of(context.request);
    if (!filter) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto accounts = co_await administration.services.store.accounts().list();
    if (!accounts) co_return http::problem(context.request, accounts.error());
    const auto usual = administration.services.config()->storage.quota;
    Found found(*filter);
    for (const auto& account : *accounts) {
        if (!filter->takes(account.address)) continue;
        found.add([&] { return describe(account, usual); });
    }
    co_return json_response(found.take());
}

awaitable<Response> add_account(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = administration.services.store.accounts();
    Members members(request);
    const auto text = members.text("address", longest_address);
    const auto given = members.optional_text("password", longest_password).value_or("");
    const bool admin = members.flag("admin").value_or(false);
    const auto quota = members.count("quota", largest_quota).value_or(0);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);

    EntryReader read;
    const auto address = read("/address", [&] { return admin::parse_address(text); });
    const std::string generated = given.empty() ? random_name(generated_length) : std::string();
    const auto password =
        read("/password", [&] { return given.empty() ? generated : admin::prepare_password(given); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    auto work = [config = administration.services.config(), key = administration.services.secret, address,
                 password, admin,
                 quota] { return admin::new_account(*config, key, address, password, admin, quota); };
    auto account = co_await net::offload(*administration.pool, std::move(work));
    std::vector<storage::NewAccount> wanted;
    wanted.push_back(std::move(account));
    const auto added = co_await accounts.add(std::move(wanted));
    if (!added) co_return refuse_account(request, added.error());
    context.log.info("admin.account_added", {{"account", address}});
    const auto made = co_await accounts.find(address);
    if (!made) co_return refuse_account(request, made.error());
    auto response = secret(describe(*made, administration.services.config()->storage.quota), generated);
    response.status = 201;
    co_return response;
}

awaitable<Response> change_account(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = administration.services.store.accounts();
    Members members(request);
    const auto admin = members.flag("admin");
    const auto enabled = members.flag("enabled");
    const auto quota = members.count("quota", largest_quota);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto account = co_await named(administration, context);
    if (!account) co_return refuse_account(request, account.error());
    const bool gives_up = (admin && !*admin) || (enabled && !*enabled);
    if (gives_up && account->id == context.account()) co_return http::problem(request, 409, not_oneself);

    if (admin) {
        const auto changed = co_await accounts.set_admin(account->address, *admin);
        if (!changed) co_return refuse_account(request, changed.error());
        context.log.info("admin.account_admin", {{"account", account->address}, {"admin", *admin}});
    }
    if (enabled) {
        const auto changed = co_await accounts.set_enabled(account->address, *enabled);
        if (!changed) co_return refuse_account(request, changed.error());
        context.log.info("admin.account_enabled", {{"account", account->address}, {"enabled", *enabled}});
    }
    if (quota) {
        const auto changed = co_await accounts.set_quota(account->address, *quota);
        if (!changed) co_return refuse_account(request, changed.error());
        context.log.info("admin.account_quota", {{"account", account->address}, {"octets", *quota}});
    }
    const auto now = co_await accounts.find(account->id);
    if (!now) co_return refuse_account(request, now.error());
    co_return json_response(describe(*now, administration.services.config()->storage.quota));
}

awaitable<Response> set_password(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto given = members.optional_text("password", longest_password).value_or("");
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto account = co_await named(administration, context);
    if (!account) co_return refuse_account(request, account.error());
    EntryReader read;
    const std::string generated = given.empty() ? random_name(generated_length) : std::string();
    const auto password =
        read("/password", [&] { return given.empty() ? generated : admin::prepare_password(given); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    auto work = [config = administration.services.config(), key = administration.services.secret,
                 address = account->address,
                 password] { return admin::make_verifiers(*config, key, address, password); };
    auto verifiers = co_await net::offload(*administration.pool, std::move(work));
    const auto changed = co_await administration.services.store.accounts().set_password(
        account->address, std::move(verifiers.hash), std::move(verifiers.scram));
    if (!changed) co_return refuse_account(request, changed.error());
    context.log.info("admin.account_password", {{"account", account->address}});
    co_return secret({}, generated);
}

awaitable<Response> make_reset_link(Administration administration, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto account = co_await named(administration, context);
    if (!account) co_return refuse_account(request, account.error());
    if (!account->enabled)
        co_return http::problem(request, 409, "That account may not sign in. Let it sign in again first.");
    const auto made = auth::make_reset_link(account->id);
    const auto added = co_await administration.services.store.reset_links().add(made.stored);
    if (!added) co_return refuse_account(request, added.error());
    context.log.info("admin.account_reset_link", {{"account", account->address}});
    json::object object;
    object["link"] =
        auth::reset_url((request.secure ? "https://" : "http://") + request.authority, made.code);
    object["expires"] = format_time(made.stored.expires);
    auto response = json_response(object);
    response.status = 201;
    response.fields.set("Cache-Control", "no-store"); // it is shown this once
    co_return response;
}

awaitable<Response> remove_account(Administration administration, const Context& context)
{
    const auto& request = context.request;
    auto again = ask_again(context);
    if (again) co_return std::move(*again);
    const auto account = co_await named(administration, context);
    if (!account) co_return refuse_account(request, account.error());
    if (account->id == context.account()) co_return http::problem(request, 409, not_oneself);
    const auto removed = co_await administration.services.store.accounts().remove(account->address);
    if (!removed) co_return refuse_account(request, removed.error());
    context.log.info("admin.account_removed", {{"account", account->address}});
    co_return no_content();
}

} // namespace

void add_admin_accounts(http::Router& router, Administration administration)
{
    const AdminRoutes route(router, administration);
    route("GET", "/api/v1/admin/accounts", list_accounts);
    route("POST", "/api/v1/admin/accounts", add_account);
    route("PATCH", "/api/v1/admin/accounts/{id}", change_account);
    route("DELETE", "/api/v1/admin/accounts/{id}", remove_account);
    route("POST", "/api/v1/admin/accounts/{id}/password", set_password);
    route("POST", "/api/v1/admin/accounts/{id}/reset-link", make_reset_link);
}

} // namespace pillarbox::api

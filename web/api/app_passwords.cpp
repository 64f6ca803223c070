#include "server/admin/new_app_password.hpp"
#include "server/auth/password.hpp"
#include "server/net/offload.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t most_passwords = 100; // of an account: each is tried when another is wrong

json::object describe(const storage::AppPassword& password)
{
    json::object object;
    object["label"] = password.label;
    object["apop"] = !password.sealed.empty();
    object["created"] = format_time(password.created);
    object["lastUsed"] = nullptr;
    if (password.last_used) object["lastUsed"] = format_time(*password.last_used);
    return object;
}

Response refuse_label(const http::Request& request, unsigned status, std::string_view name,
                      std::string_view detail)
{
    return http::problem(request, status, name, detail, {{"/label", std::string(detail)}});
}

awaitable<Response> list_app_passwords(Administration shared, const Context& context)
{
    const auto passwords = co_await shared.services.store.accounts().app_passwords(context.account());
    if (!passwords) co_return http::problem(context.request, passwords.error());
    json::array items;
    for (const auto& password : *passwords)
        items.push_back(describe(password));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

awaitable<Response> add_app_password(Administration shared, Notices notices, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = shared.services.store.accounts();
    Members members(request);
    const auto text = members.text("label", admin::longest_label);
    const bool apop = members.flag("apop").value_or(false);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    const auto label = read("/label", [&] { return admin::parse_label(text); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    auto again = ask_again(context, "A new password opens your mail. Enter your own again first.");
    if (again) co_return std::move(*again);

    const auto account = co_await accounts.find(context.account());
    if (!account) co_return http::problem(request, account.error());
    const auto others = co_await accounts.app_passwords(account->id);
    if (!others) co_return http::problem(request, others.error());
    if (others->size() >= most_passwords)
        co_return http::problem(request, 409, "You have 100 app passwords. Revoke one first.");
    const std::string generated = auth::generate_app_password();
    auto work = [config = shared.services.config(), key = shared.services.secret, address = account->address,
                 label, generated, apop] {
        return admin::new_app_password(*config, key, address, label, {generated, true}, apop);
    };
    auto entry = co_await net::offload(*shared.pool, std::move(work));
    const auto added = co_await accounts.add_app_password(account->address, std::move(entry));
    if (!added && added.error() == storage::Errc::already_exists)
        co_return refuse_label(request, 409, "conflict", "You have an app password of that name already.");
    if (!added) co_return http::problem(request, added.error());
    context.log.info("account.app_password_added", {{"user", account->address}, {"device", label}});
    co_await notices.tell(context, account->address, "A new app password was made",
                          "It is called " + label + ".");
    json::object object;
    object["label"] = label;
    object["password"] = generated;
    auto response = json_response(object);
    response.status = 201;
    response.fields.set("Cache-Control", "no-store"); // it is shown this once
    co_return response;
}

awaitable<Response> revoke(Administration shared, const Context& context)
{
    const auto& request = context.request;
    auto& accounts = shared.services.store.accounts();
    const auto account = co_await accounts.find(context.account());
    if (!account) co_return http::problem(request, account.error());
    const auto revoked = co_await accounts.revoke_app_password(account->address, context.parameter("label"));
    if (!revoked && revoked.error() == storage::Errc::not_found)
        co_return http::problem(request, 404, "There is no such app password. It may have been revoked.");
    if (!revoked) co_return http::problem(request, revoked.error());
    context.log.info("account.app_password_revoked",
                     {{"user", account->address}, {"device", context.parameter("label")}});
    co_return no_content();
}

} // namespace

void add_app_passwords(http::Router& router, Administration shared, Notices notices)
{
    const auto route = [&](std::string_view method, std::string_view path, auto handler) {
        router.add(method, path, http::Access::in_person,
                   [shared, handler](const Context& c) { return handler(shared, c); });
    };
    route("GET", "/api/v1/app-passwords", list_app_passwords);
    route("POST", "/api/v1/app-passwords",
          [notices](Administration with, const Context& c) { return add_app_password(with, notices, c); });
    route("DELETE", "/api/v1/app-passwords/{label}", revoke);
}

} // namespace pillarbox::api

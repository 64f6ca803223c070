#include "server/admin/new_app_password.hpp"
#include "storage/api_tokens.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"
#include "web/http/secret.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <chrono>
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

constexpr std::string_view token_prefix =
    "pillarbox_"; // so that whoever comes across one knows what it opens
constexpr std::uint64_t most_days = 3650;
constexpr std::size_t longest_scope = 20; // octets

struct Scope
{
    std::string_view name;
    std::uint32_t bit;
};
constexpr std::array scopes{
    Scope{"mail.read", storage::scope::mail_read}, Scope{"mail.send", storage::scope::mail_send},
    Scope{"mail.write", storage::scope::mail_write}, Scope{"admin", storage::scope::admin}};

/// The bits of what was named; nothing when something has no such name.
std::optional<std::uint32_t> parse_scopes(const std::vector<std::string>& names)
{
    std::uint32_t bits = 0;
    for (const auto& name : names) {
        const auto* found = std::ranges::find(scopes, name, &Scope::name);
        if (found == scopes.end()) return std::nullopt;
        bits |= found->bit;
    }
    return bits;
}

json::object describe(const storage::ApiToken& token)
{
    json::array names;
    for (const auto& scope : scopes)
        if (token.scopes & scope.bit) names.emplace_back(scope.name);
    json::object object;
    object["id"] = format_id(token.id);
    object["label"] = token.label;
    object["scopes"] = std::move(names);
    object["created"] = format_time(token.created);
    object["expires"] = describe_time(token.expires);
    object["lastUsed"] = describe_time(token.last_used);
    return object;
}

awaitable<Response> list_tokens(const http::Services& services, const Context& context)
{
    const auto tokens = co_await services.store.api_tokens().list(context.account());
    if (!tokens) co_return http::problem(context.request, tokens.error());
    json::array items;
    for (const auto& token : *tokens)
        items.push_back(describe(token));
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

Response refuse_token(const http::Request& request, boost::system::error_code error)
{
    constexpr std::string_view taken = "You have a token of that name already.";
    if (error == storage::Errc::already_exists)
        return http::problem(request, 409, "conflict", taken, {{"/label", std::string(taken)}});
    if (error == storage::Errc::over_quota)
        return http::problem(request, 409, "You have 100 tokens. Revoke one first.");
    return http::problem(request, error);
}

awaitable<Response> add_token(const http::Services& services, Notices notices, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto text = members.text("label", admin::longest_label);
    const auto named = members.texts("scopes", scopes.size(), longest_scope);
    const auto days = members.count("days", most_days);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    storage::ApiToken token;
    token.label = read("/label", [&] { return admin::parse_label(text); });
    token.scopes = parse_scopes(named.value_or(std::vector<std::string>{})).value_or(0);
    if (token.scopes == 0)
        read.note("/scopes", "Say what it is for: mail.read, mail.send, mail.write, admin.");
    if (days == 0) read.note("/days", "It must last a day at least.");
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    const auto account = co_await services.store.accounts().find(context.account());
    if (!account) co_return http::problem(request, account.error());
    if ((token.scopes & storage::scope::admin) != 0 && !account->admin)
        co_return http::problem(request, 403, "A token for administration is for administrators.");
    auto again = ask_again(context, "A token opens your mail. Enter your password again first.");
    if (again) co_return std::move(*again);

    const std::string secret = std::string(token_prefix) + http::random_token();
    token.account = account->id;
    token.digest = http::sha256(secret);
    token.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (days) token.expires = token.created + std::chrono::days{*days};
    const auto added = co_await services.store.api_tokens().add(token);
    if (!added) co_return refuse_token(request, added.error());
    token.id = *added;
    context.log.info("account.token_added", {{"user", account->address}, {"token", token.label}});
    co_await notices.tell(context, account->address, "A new API token was made",
                          "It is called " + token.label + ".");
    auto object = describe(token);
    object["token"] = secret;
    auto response = json_response(object);
    response.status = 201;
    response.fields.set("Cache-Control", "no-store"); // it is shown this once
    co_return response;
}

awaitable<Response> revoke_token(const http::Services& services, const Context& context)
{
    constexpr auto none = "There is no such token. It may have been revoked.";
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return http::problem(context.request, 404, none);
    const auto removed =
        co_await services.store.api_tokens().remove(context.account(), storage::ApiTokenId(*id));
    if (!removed && removed.error() == storage::Errc::not_found)
        co_return http::problem(context.request, 404, none);
    if (!removed) co_return http::problem(context.request, removed.error());
    context.log.info("account.token_revoked", {{"token", context.parameter("id")}});
    co_return no_content();
}

} // namespace

void add_tokens(http::Router& router, const http::Services& services, Notices notices)
{
    const auto route = [&](std::string_view method, std::string_view path, auto handler) {
        router.add(method, path, http::Access::in_person,
                   [&services, handler](const Context& c) { return handler(services, c); });
    };
    route("GET", "/api/v1/tokens", list_tokens);
    route("POST", "/api/v1/tokens",
          [notices](const http::Services& with, const Context& c) { return add_token(with, notices, c); });
    route("DELETE", "/api/v1/tokens/{id}", revoke_token);
}

} // namespace pillarbox::api

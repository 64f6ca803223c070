#include "server/admin/new_account.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/auth/reset_link.hpp"
#include "server/net/offload.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <utility>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

/// One sentence for a code that never was, was used, replaced, or is over: who guesses
/// learns nothing, and who holds an old link learns what to do.
Response refuse_code(const http::Request& request)
{
    constexpr std::string_view detail =
        "This link is of no use any more: it works once, for 24 hours, and until there is a newer one. Ask "
        "for another.";
    return http::problem(request, 403, "forbidden", detail, {{"/code", std::string(detail)}});
}

/// The link that a code is for; a refusal where there is none. Guesses count as those at
/// sign-in.
awaitable<std::optional<Response>> find_link(Administration shared, const Context& context, std::string code,
                                             storage::ResetLink& found)
{
    const auto& request = context.request;
    auto& login = shared.services.login;
    const bool admitted = co_await login.admits(request.peer);
    if (!admitted) co_return refuse_sign_in(request, auth::Failure::throttled, {});
    auto link = co_await shared.services.store.reset_links().find(auth::digest_of_code(code));
    if (link) found = std::move(*link);
    if (link) co_return std::nullopt;
    if (link.error() != storage::Errc::not_found) co_return http::problem(request, link.error());
    login.was_wrong(request.peer);
    context.log.info("account.reset_refused");
    co_return refuse_code(request);
}

Response describe_link(const storage::ResetLink& link)
{
    boost::json::object object;
    object["address"] = link.address;
    object["expires"] = format_time(link.expires);
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store");
    return response;
}

awaitable<Response> show_link(Administration shared, const Context& context)
{
    Members members(context.request);
    const auto code = members.text("code", longest_code);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    storage::ResetLink link;
    auto useless = co_await find_link(shared, context, code, link);
    if (useless) co_return std::move(*useless);
    co_return describe_link(link);
}

awaitable<Response> set(Administration shared, Notices notices, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto code = members.text("code", longest_code);
    const auto wanted = members.text("password", longest_password);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    storage::ResetLink link;
    auto useless = co_await find_link(shared, context, code, link);
    if (useless) co_return std::move(*useless);
    EntryReader read;
    const auto password = read("/password", [&] { return admin::prepare_password(wanted); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    auto work = [config = shared.services.config(), key = shared.services.secret, address = link.address,
                 password] { return admin::make_verifiers(*config, key, address, password); };
    auto verifiers = co_await net::offload(*shared.pool, std::move(work));
    const auto changed = co_await shared.services.store.reset_links().redeem(
        link.digest, std::move(verifiers.hash), std::move(verifiers.scram));
    // Somebody else was faster with it.
    if (!changed && changed.error() == storage::Errc::not_found) co_return refuse_code(request);
    if (!changed) co_return http::problem(request, changed.error());
    context.log.info("account.password_reset", {{"user", link.address}});
    co_await notices.tell(context, link.address, "Your password was changed",
                          "It was set with a link that an administrator made. Everybody who was signed in "
                          "with the old one is signed out.");
    co_return describe_link(link);
}

} // namespace

void add_reset_links(http::Router& router, Administration shared, Notices notices)
{
    router.add("POST", "/api/v1/reset-link", http::Access::open,
               [shared](const Context& c) { return show_link(shared, c); });
    router.add("POST", "/api/v1/reset-link/password", http::Access::open,
               [shared, notices](const Context& c) { return set(shared, notices, c); });
}

} // namespace pillarbox::api

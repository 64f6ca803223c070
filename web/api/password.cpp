#include "server/admin/new_account.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/net/offload.hpp"
#include "web/api/json.hpp"
#include "web/api/own_account.hpp"
#include "web/http/sign_in.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

Response wrong_current(const http::Request& request)
{
    constexpr std::string_view detail = "That is not your present password.";
    return http::problem(request, 400, "invalid", detail, {{"/current", std::string(detail)}});
}

awaitable<Response> change_password(Administration shared, Notices notices, const Context& context)
{
    const auto& request = context.request;
    auto& store = shared.services.store;
    Members members(request);
    std::string current = members.text("current", longest_password);
    const std::string wanted = members.text("new", longest_password);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    EntryReader read;
    const auto password = read("/new", [&] { return admin::prepare_password(wanted); });
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);

    // Counted like any other attempt, so that an open browser is no way to guess.
    const auto account = co_await store.accounts().find(context.account());
    if (!account) co_return http::problem(request, account.error());
    const auto known =
        co_await shared.services.login.password(account->address, std::move(current), request.peer);
    if (!known) co_return refuse_sign_in(request, known.error(), wrong_current(request));
    // Who has found the password of a device must not get the account with it.
    if (!known->device.empty()) co_return wrong_current(request);

    auto work = [config = shared.services.config(), key = shared.services.secret, address = account->address,
                 password] { return admin::make_verifiers(*config, key, address, password); };
    auto verifiers = co_await net::offload(*shared.pool, std::move(work));
    const auto changed = co_await store.accounts().set_password(account->address, std::move(verifiers.hash),
                                                                std::move(verifiers.scram));
    if (!changed) co_return http::problem(request, changed.error());
    context.log.info("account.password_changed", {{"user", account->address}});
    co_await notices.tell(context, account->address, "Your password was changed",
                          "Everybody who was signed in with the old one is signed out.");

    // That ended all sessions; this browser gets another one.
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const bool stay = context.session.expires - context.session.created > http::session_life;
    const auto session = http::make_session(request, account->id, stay, now);
    const auto added = co_await store.sessions().add(session.stored);
    if (!added) co_return http::problem(request, added.error());
    auto response = describe_session(shared.services, session.stored, account->address, account->admin);
    response.fields.add("Set-Cookie", http::set_cookie(request, session, stay));
    co_return response;
}

} // namespace

void add_password(http::Router& router, Administration shared, Notices notices)
{
    router.add("POST", "/api/v1/password", http::Access::in_person,
               [shared, notices](const Context& c) { return change_password(shared, notices, c); });
}

} // namespace pillarbox::api

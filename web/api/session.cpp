#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"
#include "web/http/sign_in.hpp"

#include <boost/json/object.hpp>

#include <chrono>

namespace pillarbox::api {

namespace {

using http::awaitable;
using http::Context;
using http::Response;

constexpr std::size_t longest_address = 254;  // octets
constexpr std::size_t longest_password = 256; // octets

Response describe(const http::Services& services, const storage::WebSession& session,
                  std::string_view address, bool admin)
{
    boost::json::object account;
    account["address"] = address;
    account["admin"] = admin;
    boost::json::object object;
    object["account"] = std::move(account);
    object["csrfToken"] = session.csrf;
    object["expires"] = format_time(session.expires);
    object["deletedKeptFor"] = services.vault.count();
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store"); // it holds a secret
    return response;
}

Response refuse(const http::Request& request, boost::system::error_code error)
{
    if (error == auth::Failure::throttled) {
        auto response =
            http::problem(request, 429, "Too many attempts from here. Try again in a few minutes.");
        response.fields.set("Retry-After", "900");
        return response;
    }
    if (error == auth::Failure::busy) {
        auto response = http::problem(request, 503, "Sign-in is busy just now. Try again in a moment.");
        response.fields.set("Retry-After", "5");
        return response;
    }
    // The same for a stranger, a wrong password and a disabled account.
    return http::problem(request, 401, "Email address or password is incorrect.");
}

awaitable<Response> sign_in(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    std::string address = members.text("address", longest_address);
    std::string password = members.text("password", longest_password);
    const bool stay = members.flag("staySignedIn").value_or(false);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);

    const std::string tried = address;
    const auto identity =
        co_await services.login.password(std::move(address), std::move(password), request.peer);
    if (!identity) {
        context.log.info("http.sign_in_failed", {{"user", tried}, {"why", identity.error().message()}});
        co_return refuse(request, identity.error());
    }

    // Always a new cookie; the one that came, if any, is worth nothing now.
    const std::string old = http::session_digest(request);
    if (!old.empty()) {
        const auto removed = co_await services.store.sessions().remove(old);
        if (!removed && removed.error() != storage::Errc::not_found)
            co_return http::problem(request, removed.error());
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto session = http::make_session(identity->account, stay, now);
    const auto added = co_await services.store.sessions().add(session.stored);
    if (!added) co_return http::problem(request, added.error());
    context.log.info("http.sign_in", {{"user", identity->address}});

    auto response = describe(services, session.stored, identity->address, identity->admin);
    response.fields.add("Set-Cookie", http::set_cookie(request, session, stay));
    co_return response;
}

awaitable<Response> who_am_i(const http::Services& services, const Context& context)
{
    const auto account = co_await services.store.accounts().find(context.account());
    if (!account) co_return http::problem(context.request, account.error());
    co_return describe(services, context.session, account->address, account->admin);
}

awaitable<Response> sign_out(const http::Services& services, const Context& context)
{
    const auto removed = co_await services.store.sessions().remove(context.session.digest);
    if (!removed && removed.error() != storage::Errc::not_found)
        co_return http::problem(context.request, removed.error());
    Response response = no_content();
    response.fields.set("Cache-Control", "no-store");
    response.fields.add("Set-Cookie", http::clear_cookie(context.request));
    co_return response;
}

} // namespace

void add_session(http::Router& router, const http::Services& services)
{
    constexpr std::string_view path = "/api/v1/session";
    router.add("POST", path, http::Access::open, [&](const Context& c) { return sign_in(services, c); });
    router.add("GET", path, http::Access::signed_in, [&](const Context& c) { return who_am_i(services, c); });
    router.add("DELETE", path, http::Access::signed_in,
               [&](const Context& c) { return sign_out(services, c); });
}

} // namespace pillarbox::api

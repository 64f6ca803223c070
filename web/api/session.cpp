#include "web/api/json.hpp"
#include "web/api/own_account.hpp"
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

auth::Place place_of(const http::Request& request)
{
    return {.protocol = request.secure ? "HTTPS" : "HTTP",
            .peer = request.peer,
            .tls = {},
            .session = request.id};
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
        services.login.sign_ins().failed(tried, identity.error().message(), place_of(request));
        // The same for a stranger, a wrong password and a disabled account.
        co_return refuse_sign_in(request, identity.error(),
                                 http::problem(request, 401, "Email address or password is incorrect."));
    }
    // Who has found a device's password must not get with it what makes others.
    if (!identity->device.empty()) {
        context.log.info("http.sign_in_failed", {{"user", tried}, {"why", "an app password"}});
        services.login.sign_ins().failed(tried, "an app password signs in nowhere but in mail programs",
                                         place_of(request));
        co_return http::problem(request, 401,
                                "That is an app password, for mail programs. Use your account's own here.");
    }

    // Always a new cookie; the one that came, if any, is worth nothing now.
    const std::string old = http::session_digest(request);
    if (!old.empty()) {
        const auto removed = co_await services.store.sessions().remove(old);
        if (!removed && removed.error() != storage::Errc::not_found)
            co_return http::problem(request, removed.error());
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto session = http::make_session(request, identity->account, stay, now);
    const auto added = co_await services.store.sessions().add(session.stored);
    if (!added) co_return http::problem(request, added.error());
    context.log.info("http.sign_in", {{"user", identity->address}});
    services.login.sign_ins().succeeded(*identity, place_of(request));

    auto response = describe_session(services, session.stored, identity->address, identity->admin);
    response.fields.add("Set-Cookie", http::set_cookie(request, session, stay));
    co_return response;
}

awaitable<Response> who_am_i(const http::Services& services, const Context& context)
{
    const auto account = co_await services.store.accounts().find(context.account());
    if (!account) co_return http::problem(context.request, account.error());
    co_return describe_session(services, context.session, account->address, account->admin);
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

Response describe_session(const http::Services& services, const storage::WebSession& session,
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
    const auto config = services.config();
    object["testMode"] = config->test.mode && config->outbound.mode == Config::Outbound::Mode::hold;
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store"); // it holds a secret
    return response;
}

Response refuse_sign_in(const http::Request& request, boost::system::error_code error, Response wrong)
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
    return wrong;
}

void add_session(http::Router& router, const http::Services& services)
{
    constexpr std::string_view path = "/api/v1/session";
    router.add("POST", path, http::Access::open, [&](const Context& c) { return sign_in(services, c); });
    router.add("GET", path, http::Access::in_person, [&](const Context& c) { return who_am_i(services, c); });
    router.add("DELETE", path, http::Access::in_person,
               [&](const Context& c) { return sign_out(services, c); });
}

} // namespace pillarbox::api

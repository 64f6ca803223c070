#include "web/http/headers.hpp"
#include "web/http/problem.hpp"
#include "web/http/secret.hpp"
#include "web/http/sign_in.hpp"
#include "web/http/site.hpp"

#include "server/base/ascii.hpp"
#include "server/net/networks.hpp"

#include <chrono>

namespace pillarbox::http {

namespace {

constexpr std::string_view writes_only_from_here = "This request did not come from Pillarbox's own page.";

bool for_everybody(Access access)
{
    return access == Access::open || access == Access::published;
}

/// What a program's token must be good for; 0: no program gets in.
std::uint32_t scope_for(Access access, const Request& request)
{
    switch (access) {
    case Access::signed_in:
        return request.safe() ? storage::scope::mail_read : storage::scope::mail_write;
    case Access::sending:
        return storage::scope::mail_send;
    case Access::administrator:
        return storage::scope::admin;
    case Access::open:
    case Access::in_person:
    case Access::published:
        break;
    }
    return 0;
}

/// The token of `Authorization: Bearer`, RFC 6750 §2.1; nothing without.
std::optional<std::string_view> bearer_token(const Request& request)
{
    constexpr std::string_view scheme = "bearer ";
    const auto field = request.field("Authorization");
    if (field.size() < scheme.size() || !ascii::equal(field.substr(0, scheme.size()), scheme))
        return std::nullopt;
    return ascii::trim(field.substr(scheme.size()));
}

/// RFC 6750 §3: what would have been accepted.
Response refuse_token(const Request& request, unsigned status, std::string_view challenge,
                      std::string_view detail)
{
    auto response = problem(request, status, detail);
    response.fields.set("WWW-Authenticate", challenge);
    return response;
}

/// Whose browser it is; a refusal when it is nobody's.
awaitable<std::optional<Response>> recognise(const Services& services, Context& context)
{
    const auto& request = context.request;
    const std::string digest = session_digest(request);
    if (digest.empty()) co_return problem(request, 401, "Sign in first.");
    auto session = co_await services.store.sessions().find(digest);
    if (!session && session.error() == storage::Errc::not_found)
        co_return problem(request, 401, "The session has ended. Sign in again.");
    if (!session) co_return problem(request, session.error());
    context.session = std::move(*session);
    services.store.sessions().touch(digest, net::plain_address(request.peer).to_string());
    co_return std::nullopt;
}

/// Whose program it is, and whether its token is good for that.
awaitable<std::optional<Response>> recognise_program(const Services& services, Access access,
                                                     std::string token, Context& context)
{
    const auto& request = context.request;
    const auto known = co_await services.store.api_tokens().find(sha256(token));
    if (!known && known.error() == storage::Errc::not_found)
        co_return refuse_token(request, 401, R"(Bearer error="invalid_token")",
                               "There is no such token. It may have expired, or been revoked.");
    if (!known) co_return problem(request, known.error());
    if ((known->scopes & scope_for(access, request)) == 0)
        co_return refuse_token(request, 403, R"(Bearer error="insufficient_scope")",
                               "This token is not good for that.");
    services.store.api_tokens().touch(known->id);
    context.token = *known;
    context.session.account = known->account;
    // A program has no password to enter again: what it may do, it may do now.
    context.session.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    co_return std::nullopt;
}

/// Whether a write has a body of the kind that its route takes.
std::optional<Response> check_body(const Router::Route& route, const Request& request)
{
    if (route.upload > 0 && !is_octets(request))
        return problem(request, 415, "The body must be application/octet-stream.");
    const bool json = route.upload == 0 && (request.method != "DELETE" || !request.body.empty());
    if (json && !is_json(request)) return problem(request, 415, "The body must be application/json.");
    return std::nullopt;
}

} // namespace

awaitable<std::optional<Response>> Site::authorise(const Router::Route& route, Context& context) const
{
    const auto& request = context.request;
    const bool for_members = !for_everybody(route.access);
    const auto token = for_members ? bearer_token(request) : std::nullopt;
    std::optional<Response> refused;
    if (token)
        refused = co_await recognise_program(services_, route.access, std::string(*token), context);
    else if (for_members)
        refused = co_await recognise(services_, context);
    if (refused) co_return refused;
    if (route.access == Access::administrator) {
        const auto account = co_await services_.store.accounts().find(context.account());
        if (!account) co_return problem(request, account.error());
        if (!account->admin) co_return problem(request, 403, "This is for administrators.");
    }
    if (request.safe() || route.access == Access::published) co_return std::nullopt;
    // A browser adds a cookie to requests that other pages make; a token, never.
    if (!token && !same_origin(request, for_members))
        co_return problem(request, 403, "csrf", writes_only_from_here);
    if (!token && for_members && !has_csrf_token(request, context.session))
        co_return problem(request, 403, "csrf", "The request lacks the token of its session.");
    co_return check_body(route, request);
}

} // namespace pillarbox::http

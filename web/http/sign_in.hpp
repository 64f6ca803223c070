#pragma once

#include "server/auth/login.hpp"
#include "storage/store.hpp"
#include "web/http/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::http {

constexpr std::chrono::hours session_life{12};
constexpr std::chrono::hours long_session_life{30 * 24}; // with "Stay signed in"

/// A new session: what the store keeps, and what only the browser knows.
struct NewSession
{
    storage::WebSession stored;
    std::string cookie; // 256 random bits
};

/// For the browser that made the request; what it calls itself is kept, too.
NewSession make_session(const Request& request, storage::AccountId account, bool stay, storage::Time now);

/// What the browser calls itself, cut; what is not ASCII is left out.
std::string agent_of(const Request& request);

/// The cookie's name: `__Host-pillarbox`, which browsers accept under TLS
/// only, or `pillarbox` for plain HTTP on localhost.
std::string_view cookie_name(const Request& request);

/// Set-Cookie for a new session; one that does not stay ends with the browser.
std::string set_cookie(const Request& request, const NewSession& session, bool stay);

/// Set-Cookie that takes it away.
std::string clear_cookie(const Request& request);

/// The digest under which the request's session is stored; empty without a cookie.
std::string session_digest(const Request& request);

/// Whether a write carries the token of its session.
bool has_csrf_token(const Request& request, const storage::WebSession& session);

/// Whether the body is JSON, by Content-Type.
bool is_json(const Request& request);

/// Whether it is a file's octets.
bool is_octets(const Request& request);

} // namespace pillarbox::http

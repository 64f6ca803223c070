#include "web/http/sign_in.hpp"

#include "server/base/ascii.hpp"
#include "server/net/networks.hpp"
#include "web/http/secret.hpp"

namespace pillarbox::http {

namespace {

constexpr std::size_t longest_agent = 300; // octets

std::string attributes(const Request& request)
{
    // Strict: no other site's link or form ever carries the cookie. RFC 6265 §4.1.2.
    return std::string("; Path=/; HttpOnly; SameSite=Strict") + (request.secure ? "; Secure" : "");
}

} // namespace

std::string agent_of(const Request& request)
{
    std::string agent;
    for (const char c : request.field("User-Agent").substr(0, longest_agent))
        if (c >= ' ' && c <= '~') agent += c;
    return agent;
}

NewSession make_session(const Request& request, storage::AccountId account, bool stay, storage::Time now)
{
    NewSession session;
    session.cookie = random_token();
    session.stored.digest = sha256(session.cookie);
    session.stored.account = account;
    session.stored.csrf = random_token();
    session.stored.created = now;
    session.stored.expires = now + (stay ? long_session_life : session_life);
    session.stored.agent = agent_of(request);
    session.stored.peer = net::plain_address(request.peer).to_string();
    return session;
}

std::string_view cookie_name(const Request& request)
{
    return request.secure ? "__Host-pillarbox" : "pillarbox";
}

std::string set_cookie(const Request& request, const NewSession& session, bool stay)
{
    std::string text = std::string(cookie_name(request)) + "=" + session.cookie + attributes(request);
    if (stay) {
        const auto life = std::chrono::duration_cast<std::chrono::seconds>(long_session_life);
        text += "; Max-Age=" + std::to_string(life.count());
    }
    return text;
}

std::string clear_cookie(const Request& request)
{
    return std::string(cookie_name(request)) + "=" + attributes(request) + "; Max-Age=0";
}

std::string session_digest(const Request& request)
{
    const auto cookie = find_cookie(request.field("Cookie"), cookie_name(request));
    return cookie.empty() ? std::string{} : sha256(cookie);
}

bool has_csrf_token(const Request& request, const storage::WebSession& session)
{
    return !session.csrf.empty() && same_secret(request.field("X-CSRF-Token"), session.csrf);
}

namespace {

bool has_type(const Request& request, std::string_view wanted)
{
    const auto type = request.field("Content-Type");
    return ascii::equal(ascii::trim(type.substr(0, type.find(';'))), wanted);
}

} // namespace

bool is_json(const Request& request)
{
    return has_type(request, "application/json");
}

bool is_octets(const Request& request)
{
    return has_type(request, "application/octet-stream");
}

} // namespace pillarbox::http

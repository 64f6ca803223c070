#include "server/auth/introspection.hpp"

#include "server/auth/json_text.hpp"
#include "server/base/base64.hpp"

#include <boost/json/value.hpp>

namespace pillarbox::auth::introspection {

namespace {

/// In the form of application/x-www-form-urlencoded, RFC 6749 appendix B.
std::string encoded(std::string_view text)
{
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view kept = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._*";
    std::string octets;
    for (const char c : text) {
        if (kept.find(c) != std::string_view::npos) {
            octets += c;
            continue;
        }
        const auto octet = static_cast<unsigned char>(c);
        octets += {'%', hex[octet >> 4], hex[octet & 15]};
    }
    return octets;
}

} // namespace

std::string question(std::string_view token)
{
    return "token=" + encoded(token) + "&token_type_hint=access_token";
}

std::string authorization(std::string_view client_id, std::string_view secret)
{
    return "Basic " + base64_encode(encoded(client_id) + ':' + encoded(secret));
}

TokenVerdict judge(unsigned status, std::string_view body, const ClaimRules& rules,
                   std::chrono::sys_seconds now)
{
    if (status == 401 || status == 403) // RFC 7662 §2.3
        return {.why = "the provider refuses auth.oauth_client_id or its secret"};
    if (status != 200) return {.why = "its answer has another status than 200"};
    const auto answer = parse_object(body);
    const boost::json::value* active = answer ? answer->if_contains("active") : nullptr;
    if (!active || !active->is_bool()) return {.why = "its answer is no JSON object with active"};
    if (!active->get_bool())
        return {.kind = TokenVerdict::Kind::refused, .why = "the provider says that it is not active"};
    return verdict_of(user_of(*answer, rules, now));
}

} // namespace pillarbox::auth::introspection

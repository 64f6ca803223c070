#include "server/auth/token_claims.hpp"

#include "server/auth/json_text.hpp"
#include "server/base/ascii.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace pillarbox::auth {

namespace {

namespace json = boost::json;

/// NumericDate, RFC 7519 §2: seconds since the epoch, perhaps with a fraction.
std::optional<double> date_of(const json::value& value)
{
    if (value.is_int64()) return static_cast<double>(value.get_int64());
    if (value.is_uint64()) return static_cast<double>(value.get_uint64());
    if (value.is_double()) return value.get_double();
    return std::nullopt;
}

/// Whether it is that text, or a list that has it: aud, RFC 7519 §4.1.3.
bool names(const json::value* claim, std::string_view wanted)
{
    if (!claim) return false;
    if (claim->is_string()) return claim->get_string() == wanted;
    return claim->is_array() && std::ranges::any_of(claim->get_array(), [wanted](const json::value& one) {
               return one.is_string() && one.get_string() == wanted;
           });
}

/// Whether the token may be used for all of `wanted`. Entra ID calls it scp.
bool covers(const json::object& claims, std::string_view wanted)
{
    const json::value* scope = claims.if_contains("scope");
    if (!scope) scope = claims.if_contains("scp");
    const auto granted = [scope](std::string_view one) {
        if (!scope || !scope->is_string()) return names(scope, one);
        std::string_view list = scope->get_string();
        while (!list.empty())
            if (ascii::take_until(list, ' ') == one) return true;
        return false;
    };
    while (!wanted.empty()) {
        const auto one = ascii::take_until(wanted, ' ');
        if (!one.empty() && !granted(one)) return false;
    }
    return true;
}

} // namespace

boost::system::result<std::string, Refusal> user_of(const json::object& claims, const ClaimRules& rules,
                                                    std::chrono::sys_seconds now)
{
    const auto clock = static_cast<double>(now.time_since_epoch().count());
    const auto leeway = static_cast<double>(clock_leeway.count());
    const json::value* expiry = claims.if_contains("exp");
    if (!expiry && rules.must_expire) return Refusal{"it has no exp, and would never expire"};
    if (expiry) {
        const auto date = date_of(*expiry);
        if (!date) return Refusal{"its exp is no date"};
        if (clock >= *date + leeway) return Refusal{"it has expired"};
    }
    if (const json::value* start = claims.if_contains("nbf")) {
        const auto date = date_of(*start);
        if (!date) return Refusal{"its nbf is no date"};
        if (clock < *date - leeway) return Refusal{"it does not hold yet"};
    }
    if (!rules.issuer.empty() && text_member(claims, "iss") != rules.issuer)
        return Refusal{"its iss is not auth.oauth_issuer"};
    if (!rules.audience.empty() && !names(claims.if_contains("aud"), rules.audience))
        return Refusal{"its aud is not auth.oauth_audience"};
    if (!covers(claims, rules.scope)) return Refusal{"its scope lacks what auth.oauth_scope asks for"};

    const auto user = text_member(claims, rules.user_claim);
    if (!user || user->empty()) return Refusal{"it lacks the claim that auth.oauth_user_claim names"};
    // Providers let people write down any address, and then say whether it was
    // checked: OpenID Connect Core §5.1.
    const json::value* checked = claims.if_contains("email_verified");
    if (rules.user_claim == "email" && checked && *checked != true && !names(checked, "true"))
        return Refusal{"its email_verified says that the address was not checked"};
    return std::string(*user);
}

TokenVerdict verdict_of(boost::system::result<std::string, Refusal> user)
{
    if (!user) return {.kind = TokenVerdict::Kind::refused, .why = user.error().why};
    return {.kind = TokenVerdict::Kind::known, .name = *std::move(user)};
}

} // namespace pillarbox::auth

#pragma once

#include "server/auth/jwt.hpp"

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// What the claims of a token must say; empty ones are not asked for.
struct ClaimRules
{
    std::string issuer;
    std::string audience;
    std::string scope;      // with spaces between them: the token must have each
    std::string user_claim; // which one names the account
    bool must_expire = true;
};

/// By how much the provider's clock may differ.
inline constexpr std::chrono::seconds clock_leeway{60};

/// Whom claims name that hold at `now`: exp, nbf, iss and aud of RFC 7519 §4.1,
/// scope of RFC 8693 §4.2. For a JWT, and for the answer of an introspection,
/// where they are called the same (RFC 7662 §2.2).
boost::system::result<std::string, Refusal> user_of(const boost::json::object& claims,
                                                    const ClaimRules& rules, std::chrono::sys_seconds now);

/// What checking a token came to.
struct TokenVerdict
{
    enum class Kind
    {
        known,   // `name` is whom the token names
        refused, // and `why`
        unusable // neither: the provider could not tell, and `why`
    };

    Kind kind = Kind::unusable;
    std::string name{};
    std::string_view why{}; // a literal
};

TokenVerdict verdict_of(boost::system::result<std::string, Refusal> user);

} // namespace pillarbox::auth

#pragma once

#include "server/auth/jwks.hpp"
#include "server/auth/token_claims.hpp"
#include "server/base/config.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// Tells whose a bearer token is, as one configuration has it. Immutable; any
/// thread may use it.
class TokenCheck
{
public:
    /// Reads auth.oauth_keys. Throws ConfigError when that cannot be used.
    explicit TokenCheck(const Config::Auth& settings);

    /// One for a configuration that asks for it; otherwise null.
    static std::shared_ptr<const TokenCheck> make(const Config::Auth& settings);

    /// Whom it names. Computes a signature: not on a reactor.
    boost::system::result<std::string, Refusal> user_of(std::string_view token,
                                                        std::chrono::sys_seconds now) const;

private:
    ClaimRules rules_;
    std::optional<KeySet> keys_;
};

/// Where clients can read about the provider (OpenID Connect Discovery §4);
/// empty where its name is no URL.
std::string discovery_url(std::string_view issuer);

} // namespace pillarbox::auth

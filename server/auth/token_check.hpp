#pragma once

#include "server/auth/jwks.hpp"
#include "server/auth/token_claims.hpp"
#include "server/base/config.hpp"
#include "server/net/tls_trust.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// Tells whose a bearer token is, as one configuration has it: by the keys that
/// the provider signs with, or by asking the provider. Immutable; any thread may
/// use it.
class TokenCheck
{
public:
    /// Reads the files that the settings name. Throws ConfigError when they
    /// cannot be used.
    explicit TokenCheck(const Config::Auth& settings);

    /// One for a configuration that asks for it; otherwise null.
    static std::shared_ptr<const TokenCheck> make(const Config::Auth& settings);

    /// Whether ask() is the way, and not verify().
    bool asks() const { return !keys_; }

    /// By the keys. Computes a signature: not on a reactor.
    TokenVerdict verify(std::string_view token, std::chrono::sys_seconds now) const;

    /// The provider is asked, ten seconds at most; that it could not tell is
    /// logged. On a reactor.
    boost::asio::awaitable<TokenVerdict> ask(std::string token) const;

private:
    ClaimRules rules_;
    std::optional<KeySet> keys_;
    HttpUrl endpoint_;
    std::string authorization_; // of this server at the endpoint
    std::optional<net::TlsTrust> trust_;
};

/// Where clients can read about the provider (OpenID Connect Discovery §4);
/// empty where its name is no URL.
std::string discovery_url(std::string_view issuer);

} // namespace pillarbox::auth

#pragma once

#include "server/auth/scram.hpp"

#include <string>
#include <variant>

namespace pillarbox::auth {

/// "This is my password."
struct PasswordClaim
{
    std::string user;
    std::string password;
};

/// "I know the password, and have put it through MD5 with what you sent me":
/// RFC 2195.
struct CramClaim
{
    std::string user;
    std::string challenge;
    std::string digest; // lower-case hex
};

/// The same by RFC 5802, with a proof that is worth nothing to who hears it.
struct ScramClaim
{
    std::string user;
    scram::Hash hash{};
    std::string messages; // AuthMessage of RFC 5802 §3
    std::string proof;
};

/// "This bearer token is for that account's mail": RFC 7628, and XOAUTH2.
struct TokenClaim
{
    std::string user; // empty: whomever the token names
    std::string token;
};

/// "Whoever signed my certificate says who I am": RFC 4422 appendix A. It has
/// been looked at already.
struct CertificateClaim
{
    std::string user;
};

/// What a client says for itself, to be checked by Login.
using Claim = std::variant<PasswordClaim, CramClaim, ScramClaim, TokenClaim, CertificateClaim>;

/// The name that it is for; empty where only a token says so.
inline const std::string& user_of(const Claim& claim)
{
    return std::visit([](const auto& any) -> const std::string& { return any.user; }, claim);
}

} // namespace pillarbox::auth

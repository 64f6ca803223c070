#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// Why a token is not taken, for the operator's log: a literal, which has
/// nothing of the token in it.
struct Refusal
{
    constexpr Refusal() = default;
    constexpr explicit Refusal(const char* literal) : why(literal) {}

    std::string_view why;
};

} // namespace pillarbox::auth

/// JSON Web Tokens (RFC 7519) in their compact form, signed as RFC 7515 has it.
namespace pillarbox::auth::jwt {

/// Those that are taken (RFC 7518 §3.1, RFC 8037). Neither "none" nor an HMAC,
/// whose key whoever checks could sign with, too: RFC 8725 §3.1 and §3.2.
enum class Algorithm
{
    rs256,
    es256,
    ed25519
};

/// A token's parts, of which nothing holds until its signature was checked.
struct Token
{
    Algorithm algorithm{};
    std::optional<std::string> key_id;
    std::string signed_octets;
    std::string signature;
    boost::json::object claims;
};

/// Octets of the longest token that is looked at: more do not fit into a line
/// of SASL either.
inline constexpr std::size_t longest_token = 12288;

boost::system::result<Token, Refusal> parse(std::string_view text);

} // namespace pillarbox::auth::jwt

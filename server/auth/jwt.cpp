#include "server/auth/jwt.hpp"

#include "server/auth/json_text.hpp"
#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::auth::jwt {

namespace {

namespace json = boost::json;

std::optional<Algorithm> algorithm_of(std::string_view name)
{
    if (name == "RS256") return Algorithm::rs256;
    if (name == "ES256") return Algorithm::es256;
    if (name == "EdDSA") return Algorithm::ed25519;
    return std::nullopt;
}

/// Whether it is a token for access or of a person. One that was signed by the
/// same keys for something else, such as a logout, shall not sign in: RFC 8725
/// §3.11. Most have no type, or the general one.
bool right_type(const json::object& header)
{
    const json::value* type = header.if_contains("typ");
    if (!type) return true;
    constexpr std::array<std::string_view, 3> known{"jwt", "at+jwt", "application/at+jwt"}; // RFC 9068 §2.1
    return type->is_string() && std::ranges::any_of(known, [type](std::string_view name) {
               return ascii::equal(name, type->get_string());
           });
}

} // namespace

boost::system::result<Token, Refusal> parse(std::string_view text)
{
    constexpr Refusal no_token{"it is no signed JWT"};
    if (text.size() > longest_token) return Refusal{"it is too long"};
    // RFC 7515 §3.1: header, claims and signature; five parts would be encrypted.
    if (std::ranges::count(text, '.') != 2) return no_token;
    const std::string_view signed_octets = text.substr(0, text.rfind('.'));
    const auto header_text = base64url_decode(ascii::take_until(text, '.'));
    const auto claims_text = base64url_decode(ascii::take_until(text, '.'));
    auto signature = base64url_decode(text);
    if (!header_text || !claims_text || !signature) return no_token;
    const auto header = parse_object(*header_text);
    auto claims = parse_object(*claims_text);
    if (!header || !claims) return no_token;

    const auto name = text_member(*header, "alg");
    const auto algorithm = algorithm_of(name.value_or(""));
    if (!algorithm) return Refusal{"it is signed neither with RS256 nor with ES256 nor with EdDSA"};
    // Extensions that must be understood, of which none are: RFC 7515 §4.1.11.
    if (header->contains("crit")) return Refusal{"its header asks for extensions"};
    if (!right_type(*header)) return Refusal{"its type is neither JWT nor at+jwt"};
    Token token{.algorithm = *algorithm,
                .key_id = {},
                .signed_octets = std::string(signed_octets),
                .signature = *std::move(signature),
                .claims = *std::move(claims)};
    if (header->contains("kid")) {
        const auto id = text_member(*header, "kid");
        if (!id) return no_token; // RFC 7515 §4.1.4
        token.key_id = *id;
    }
    return token;
}

} // namespace pillarbox::auth::jwt

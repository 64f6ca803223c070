#include "server/auth/jwks.hpp"

#include "tests/support/token_maker.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace pillarbox::auth {
namespace {

using test::TokenMaker;
using enum TokenMaker::Key;

constexpr std::string_view claims = R"({"sub":"alice"})";

std::string set_of(std::string_view keys)
{
    return R"({"keys":[)" + std::string(keys) + "]}";
}

bool holds(const KeySet& keys, const std::string& token)
{
    const auto parsed = jwt::parse(token);
    EXPECT_TRUE(parsed) << token;
    return parsed && !keys.refuses(*parsed);
}

TEST(KeySet, TellsWhoSignedIt)
{
    for (const auto kind : {rsa, p256, ed25519}) {
        SCOPED_TRACE(static_cast<int>(kind));
        const TokenMaker provider(kind);
        const TokenMaker stranger(kind);
        const KeySet keys(provider.key_set());
        const std::string token = provider.token(claims);
        EXPECT_TRUE(holds(keys, token));
        EXPECT_FALSE(holds(keys, stranger.token(claims)));
        const auto dot = token.rfind('.');
        EXPECT_FALSE(holds(keys, token.substr(0, dot + 1))) << "no signature";
        EXPECT_FALSE(holds(keys, token.substr(0, dot + 1) + "AAAA"));
        const std::string others = provider.token(R"({"sub":"bob"})");
        EXPECT_FALSE(holds(keys, others.substr(0, others.rfind('.')) + token.substr(dot)));
        for (std::size_t i = dot + 1; i < token.size(); i += 7) {
            std::string changed = token;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            const auto parsed = jwt::parse(changed); // its last bits may be none
            if (parsed) EXPECT_TRUE(keys.refuses(*parsed)) << i;
        }
    }
}

TEST(KeySet, ChecksTheExampleOfItsRfc)
{
    // RFC 8037 appendix A.4, whose text is no JSON: so by its parts.
    const KeySet keys(set_of(R"({"kty":"OKP","crv":"Ed25519",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
    jwt::Token token{.algorithm = jwt::Algorithm::ed25519,
                     .key_id = {},
                     .signed_octets = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                     .signature = {},
                     .claims = {}};
    constexpr unsigned char signature[] = {
        0x86, 0x0c, 0x98, 0xd2, 0x29, 0x7f, 0x30, 0x60, 0xa3, 0x3f, 0x42, 0x73, 0x96, 0x72, 0xd6, 0x1b,
        0x53, 0xcf, 0x3a, 0xde, 0xfe, 0xd3, 0xd3, 0xc6, 0x72, 0xf3, 0x20, 0xdc, 0x02, 0x1b, 0x41, 0x1e,
        0x9d, 0x59, 0xb8, 0x62, 0x8d, 0xc3, 0x51, 0xe2, 0x48, 0xb8, 0x8b, 0x29, 0x46, 0x8e, 0x0e, 0x41,
        0x85, 0x5b, 0x0f, 0xb7, 0xd8, 0x3b, 0xb1, 0x5b, 0xe9, 0x02, 0xbf, 0xcc, 0xb8, 0xcd, 0x0a, 0x02};
    token.signature.assign(reinterpret_cast<const char*>(signature), sizeof signature);
    EXPECT_FALSE(keys.refuses(token));
    token.signed_octets.back() = 'h';
    EXPECT_TRUE(keys.refuses(token));
}

TEST(KeySet, ChoosesTheKeyThatTheTokenNames)
{
    const TokenMaker one(p256);
    const TokenMaker two(p256);
    const TokenMaker other(rsa);
    const KeySet keys(set_of(one.jwk("1") + ',' + two.jwk("2") + ',' + other.jwk("3")));
    const auto header = [](const char* algorithm, const char* id) {
        return std::string(R"({"alg":")") + algorithm + R"(","kid":")" + id + "\"}";
    };
    EXPECT_TRUE(holds(keys, one.sign(header("ES256", "1"), claims)));
    EXPECT_TRUE(holds(keys, two.sign(header("ES256", "2"), claims)));
    EXPECT_FALSE(holds(keys, two.sign(header("ES256", "1"), claims)));
    EXPECT_FALSE(holds(keys, two.sign(header("ES256", "4"), claims)));
    EXPECT_TRUE(holds(keys, two.sign(R"({"alg":"ES256"})", claims))) << "none named";
    // The key's type must be the algorithm's, whatever the header says.
    EXPECT_FALSE(holds(keys, other.sign(header("ES256", "3"), claims)));
    EXPECT_FALSE(holds(keys, one.sign(header("RS256", "1"), claims)));
    EXPECT_FALSE(holds(keys, one.sign(header("EdDSA", "1"), claims)));
    EXPECT_FALSE(holds(keys, one.sign(header("RS256", "1"), claims, true))) << "what OpenSSL would take";
}

TEST(KeySet, PassesOverKeysThatAreForSomethingElse)
{
    const TokenMaker good(ed25519);
    const TokenMaker other(p256);
    const TokenMaker weak(rsa, 1024);
    const std::vector<std::string> useless{
        R"({"kty":"oct","k":"c2VjcmV0","kid":"1","alg":"HS256"})",
        R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA"})",
        R"({"kty":"OKP","crv":"X25519","x":"AA"})",
        R"({"kty":"OKP","crv":"Ed25519","x":"AA"})",
        R"({"kty":"RSA","n":"AA","e":"AQAB"})",
        R"({"kty":"RSA"})",
        // Not on the curve.
        R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",)"
        R"("y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})",
        "{}",
        "1",
        weak.jwk("1"),
        other.jwk("1", R"("use":"enc",)"),
        other.jwk("1", R"("use":1,)"),
        other.jwk("1", R"("alg":"ES384",)"),
        other.jwk("1", R"("key_ops":["sign"],)"),
        other.jwk("1", R"("key_ops":"verify",)"),
    };
    for (const std::string& key : useless) {
        const KeySet keys(set_of(key + ',' + good.jwk("1")));
        EXPECT_EQ(keys.notes().size(), 1u) << key;
        EXPECT_TRUE(holds(keys, good.token(claims))) << key;
        EXPECT_FALSE(holds(keys, other.token(claims))) << key;
        EXPECT_THROW(KeySet(set_of(key)), std::runtime_error) << key;
    }
    const KeySet marked(set_of(other.jwk("1", R"("use":"sig","alg":"ES256","key_ops":["verify"],)")));
    EXPECT_TRUE(holds(marked, other.token(claims)));
}

TEST(KeySet, IsAJwkSet)
{
    for (const char* text :
         {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[})", "-----BEGIN PUBLIC KEY-----"})
        EXPECT_THROW(KeySet{text}, std::runtime_error) << text;
    std::string many = "{}";
    for (int i = 0; i < 100; ++i)
        many += ",{}";
    EXPECT_THROW(KeySet(set_of(many)), std::runtime_error);
}

} // namespace
} // namespace pillarbox::auth

#include "server/auth/jwt.hpp"

#include "tests/support/token_maker.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::auth::jwt {
namespace {

using test::base64url_encode;

/// One whose signature is "sig".
std::string token(std::string_view header, std::string_view claims = R"({"sub":"x"})")
{
    return base64url_encode(header) + '.' + base64url_encode(claims) + '.' + base64url_encode("sig");
}

TEST(Jwt, ReadsItsParts)
{
    const std::string text = token(R"({"alg":"ES256","typ":"at+JWT","kid":"k1"})", R"({"sub":"alice"})");
    const auto parsed = parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->algorithm, Algorithm::es256);
    EXPECT_EQ(parsed->key_id, "k1");
    EXPECT_EQ(parsed->signed_octets, text.substr(0, text.rfind('.')));
    EXPECT_EQ(parsed->signature, "sig");
    EXPECT_EQ(parsed->claims.at("sub"), "alice");
    EXPECT_FALSE(parse(token(R"({"alg":"EdDSA"})"))->key_id);
}

TEST(Jwt, TakesNoOtherAlgorithm)
{
    for (const char* known : {"RS256", "ES256", "EdDSA"})
        EXPECT_TRUE(parse(token(std::string(R"({"alg":")") + known + "\"}"))) << known;
    for (const char* unknown :
         {"none", "None", "NONE", "nOnE", "HS256", "HS384", "RS512", "PS256", "ES384", "ES256K", "rs256", ""})
        EXPECT_FALSE(parse(token(std::string(R"({"alg":")") + unknown + "\"}"))) << unknown;
}

TEST(Jwt, RefusesWhatItCannotHoldTo)
{
    for (const char* header : {
             R"({})",
             R"({"alg":null})",
             R"({"alg":["RS256"]})",
             R"({"alg":"RS256","kid":1})",
             R"({"alg":"RS256","crit":["b64"],"b64":false})",
             R"({"alg":"RS256","crit":[]})",
             R"({"alg":"RS256","typ":"logout+jwt"})",
             R"({"alg":"RS256","typ":"dpop+jwt"})",
             R"({"alg":"RS256","typ":1})",
             R"(["RS256"])",
             R"("RS256")",
             R"({"alg":"RS256"} x)",
             R"({"alg":"RS256")",
             "{\"alg\":\"RS256\",\"x\":\"\xff\"}",
             "",
         })
        EXPECT_FALSE(parse(token(header))) << header;
    for (const char* claims : {"", "[]", "null", "{", "{}{}", "{'sub':1}"})
        EXPECT_FALSE(parse(token(R"({"alg":"RS256"})", claims))) << claims;
}

TEST(Jwt, RefusesWhatIsNotOfThreeParts)
{
    const std::string good = token(R"({"alg":"RS256"})");
    ASSERT_TRUE(parse(good));
    const std::string header = good.substr(0, good.find('.'));
    for (const std::string& bad :
         {std::string(), std::string("."), std::string(".."), header, header + ".e30", good + ".", '.' + good,
          good + ".a.b", good + '=', good + "\n", ' ' + good, std::string("ya29.opaque_token"), good + "+"})
        EXPECT_FALSE(parse(bad)) << bad;
}

TEST(Jwt, RefusesWhatIsTooLargeOrTooDeep)
{
    EXPECT_FALSE(parse(token(R"({"alg":"RS256"})", "{\"x\":\"" + std::string(longest_token, 'x') + "\"}")));
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    EXPECT_FALSE(parse(token(R"({"alg":"RS256"})", "{\"x\":" + deep + "}")));
}

} // namespace
} // namespace pillarbox::auth::jwt

#include "server/auth/token_claims.hpp"

#include "server/auth/json_text.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace pillarbox::auth {
namespace {

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};

ClaimRules rules()
{
    return {.issuer = "https://login.test",
            .audience = "mail",
            .scope = {},
            .user_claim = "email",
            .must_expire = true};
}

/// Whom claims name; empty when they are refused.
std::string user(const std::string& claims, const ClaimRules& by = rules())
{
    const auto object = parse_object(claims);
    EXPECT_TRUE(object) << claims;
    const auto named = user_of(*object, by, now);
    return named ? *named : std::string();
}

constexpr const char* base = R"("iss":"https://login.test","aud":"mail","email":"alice@example.test")";

std::string with(const std::string& more)
{
    return "{" + std::string(base) + "," + more + "}";
}

TEST(TokenClaims, GoByTheClock)
{
    struct Case
    {
        const char* claims;
        bool holds;
    };
    for (const Case& c : {
             Case{R"("exp":1800000300)", true}, Case{R"("exp":1800000000)", true},
             Case{R"("exp":1799999941)", true}, // the provider's clock may be slow by a minute
             Case{R"("exp":1799999940)", false}, Case{R"("exp":0)", false}, Case{R"("exp":-1)", false},
             Case{R"("exp":1800000000.5)", true}, Case{R"("exp":1799999940.5)", true},
             Case{R"("exp":1e18)", true}, Case{R"("exp":18446744073709551615)", true},
             Case{R"("exp":"1800000300")", false}, Case{R"("exp":null)", false},
             Case{R"("exp":1800000300,"nbf":1800000000)", true},
             Case{R"("exp":1800000300,"nbf":1800000060)", true},
             Case{R"("exp":1800000300,"nbf":1800000061)", false},
             Case{R"("exp":1800000300,"nbf":true)", false},
             Case{R"("iat":1800000000)", false}, // would never expire
         })
        EXPECT_EQ(!user(with(c.claims)).empty(), c.holds) << c.claims;
    ClaimRules lasting = rules();
    lasting.must_expire = false;
    EXPECT_EQ(user(with(R"("iat":1)"), lasting), "alice@example.test");
    EXPECT_EQ(user(with(R"("exp":1)"), lasting), "");
}

TEST(TokenClaims, AreOfTheProviderAndForUs)
{
    struct Case
    {
        const char* claims;
        bool holds;
    };
    for (const Case& c : {
             Case{R"("iss":"https://login.test","aud":"mail")", true},
             Case{R"("iss":"https://login.test","aud":["web","mail"])", true},
             Case{R"("iss":"https://login.test/","aud":"mail")", false},
             Case{R"("iss":"HTTPS://login.test","aud":"mail")", false},
             Case{R"("iss":["https://login.test"],"aud":"mail")", false},
             Case{R"("aud":"mail")", false},
             Case{R"("iss":"https://login.test")", false},
             Case{R"("iss":"https://login.test","aud":"web")", false},
             Case{R"("iss":"https://login.test","aud":"mail2")", false},
             Case{R"("iss":"https://login.test","aud":[])", false},
             Case{R"("iss":"https://login.test","aud":[["mail"]])", false},
             Case{R"("iss":"https://login.test","aud":{"mail":1})", false},
         })
        EXPECT_EQ(!user("{\"exp\":1800000300,\"email\":\"a@b\"," + std::string(c.claims) + "}").empty(),
                  c.holds)
            << c.claims;
}

TEST(TokenClaims, HaveTheScopeThatIsAskedFor)
{
    ClaimRules scoped = rules();
    scoped.scope = "mail.read mail.send";
    struct Case
    {
        const char* claims;
        bool holds;
    };
    for (const Case& c : {
             Case{R"("exp":1800000300)", false},
             Case{R"("exp":1800000300,"scope":"mail.read")", false},
             Case{R"("exp":1800000300,"scope":"mail.send openid mail.read")", true},
             Case{R"("exp":1800000300,"scope":"mail.send mail.reader")", false},
             Case{R"("exp":1800000300,"scope":["mail.send","mail.read"])", true},
             Case{R"("exp":1800000300,"scp":"mail.send mail.read")", true},
             Case{R"("exp":1800000300,"scope":7)", false},
         })
        EXPECT_EQ(!user(with(c.claims), scoped).empty(), c.holds) << c.claims;
}

TEST(TokenClaims, NameTheAccountWhereTheyShall)
{
    ClaimRules by_name = rules();
    by_name.user_claim = "preferred_username";
    EXPECT_EQ(user(with(R"("exp":1800000300,"preferred_username":"bob")"), by_name), "bob");
    EXPECT_EQ(user(with(R"("exp":1800000300,"preferred_username":"")"), by_name), "");
    EXPECT_EQ(user(with(R"("exp":1800000300,"preferred_username":["bob"])"), by_name), "");
    EXPECT_EQ(user(with(R"("exp":1800000300)"), by_name), "");
    EXPECT_EQ(user(with(R"("exp":1800000300,"preferred_username":"bob","email_verified":false)"), by_name),
              "bob");
    for (const char* unchecked : {"false", "\"false\"", "null", "0"})
        EXPECT_EQ(user(with(R"("exp":1800000300,"email_verified":)" + std::string(unchecked))), "")
            << unchecked;
    for (const char* checked : {"true", "\"true\""})
        EXPECT_NE(user(with(R"("exp":1800000300,"email_verified":)" + std::string(checked))), "") << checked;
}

} // namespace
} // namespace pillarbox::auth

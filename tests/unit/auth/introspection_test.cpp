#include "server/auth/introspection.hpp"

#include "server/base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::auth::introspection {
namespace {

using Kind = TokenVerdict::Kind;

constexpr std::chrono::sys_seconds now{std::chrono::seconds(1'800'000'000)};

ClaimRules rules()
{
    return {.issuer = {}, .audience = {}, .scope = {}, .user_claim = "username", .must_expire = false};
}

TEST(Introspection, AsksInAForm)
{
    EXPECT_EQ(question("a.b-c_d"), "token=a.b-c_d&token_type_hint=access_token");
    EXPECT_EQ(question("a+/=&\x01\xff"), "token=a%2B%2F%3D%26%01%FF&token_type_hint=access_token");
    EXPECT_EQ(authorization("pillarbox", "s:e cret"), "Basic " + base64_encode("pillarbox:s%3Ae%20cret"));
}

TEST(Introspection, TellsAnswersApart)
{
    struct Case
    {
        unsigned status;
        const char* body;
        Kind kind;
        const char* name = "";
    };
    for (const Case& c : {
             Case{200, R"({"active":true,"username":"alice"})", Kind::known, "alice"},
             Case{200, R"({"active":true,"username":"alice","exp":1800000300,"scope":"x"})", Kind::known,
                  "alice"},
             Case{200, R"({"active":false})", Kind::refused},
             Case{200, R"({"active":false,"username":"alice"})", Kind::refused},
             Case{200, R"({"active":true})", Kind::refused},
             Case{200, R"({"active":true,"username":""})", Kind::refused},
             Case{200, R"({"active":true,"username":"alice","exp":1799999000})", Kind::refused},
             Case{200, R"({"active":true,"username":"alice","nbf":1800000300})", Kind::refused},
             Case{200, R"({"active":"true","username":"alice"})", Kind::unusable},
             Case{200, R"({"active":1,"username":"alice"})", Kind::unusable},
             Case{200, R"({"username":"alice"})", Kind::unusable},
             Case{200, R"({"error":"invalid_request"})", Kind::unusable},
             Case{200, R"([{"active":true}])", Kind::unusable},
             Case{200, "<html>", Kind::unusable},
             Case{200, "", Kind::unusable},
             Case{201, R"({"active":true,"username":"alice"})", Kind::unusable},
             Case{301, R"({"active":true,"username":"alice"})", Kind::unusable},
             Case{400, R"({"active":false})", Kind::unusable},
             Case{401, R"({"active":false})", Kind::unusable},
             Case{503, "", Kind::unusable},
         }) {
        const auto verdict = judge(c.status, c.body, rules(), now);
        EXPECT_EQ(verdict.kind, c.kind) << c.status << ' ' << c.body;
        EXPECT_EQ(verdict.name, c.name) << c.body;
        EXPECT_EQ(verdict.why.empty(), c.kind == Kind::known) << c.body;
    }
}

TEST(Introspection, HoldsTheAnswerToTheRules)
{
    ClaimRules strict = rules();
    strict.issuer = "https://login.test";
    strict.audience = "mail";
    strict.scope = "mail";
    const std::string good =
        R"({"active":true,"username":"alice","iss":"https://login.test","aud":["mail"],"scope":"mail")";
    EXPECT_EQ(judge(200, good + "}", strict, now).kind, Kind::known);
    for (const char* other : {R"("iss":"https://other.test")", R"("aud":"web")", R"("scope":"web")"})
        EXPECT_EQ(judge(200, good + ',' + other + '}', strict, now).kind, Kind::refused) << other;
    EXPECT_EQ(judge(200, R"({"active":true,"username":"alice"})", strict, now).kind, Kind::refused);
}

} // namespace
} // namespace pillarbox::auth::introspection

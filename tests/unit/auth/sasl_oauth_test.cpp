#include "server/auth/sasl.hpp"
#include "server/base/base64.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::auth::sasl {
namespace {

using Kind = Step::Kind;

Terms terms()
{
    return {.mechanisms = "OAUTHBEARER XOAUTH2 PLAIN",
            .hostname = "mail.test",
            .key = std::string(32, 'k'),
            .channel_binding = nullptr,
            .oauth_scope = "mail",
            .oauth_discovery = "https://login.test/.well-known/openid-configuration"};
}

/// `^` in a message is the octet 1.
std::string encoded(std::string message)
{
    for (char& c : message)
        if (c == '^') c = '\x01';
    return base64_encode(message);
}

struct OAuthCase
{
    const char* what;
    const char* mechanism;
    std::string message;
    Kind kind;
    const char* user = "";
    const char* token = "";
};

TEST(OAuth, TakesMessagesOfTheRightForm)
{
    const std::vector<OAuthCase> cases{
        {"all there is", "OAUTHBEARER", "n,a=alice@example.test,^host=mail.test^port=995^auth=Bearer a.b-c^^",
         Kind::claim, "alice@example.test", "a.b-c"},
        {"only the token", "OAUTHBEARER", "n,,^auth=Bearer abc==^^", Kind::claim, "", "abc=="},
        {"scheme in any case", "OAUTHBEARER", "y,,^auth=bEARER abc^^", Kind::claim, "", "abc"},
        {"escapes in the name", "OAUTHBEARER", "n,a=a=2Cb=3D@x,^auth=Bearer t^^", Kind::claim, "a,b=@x", "t"},
        {"another key", "OAUTHBEARER", "n,,^mthd=POST^auth=Bearer t^qs=^^", Kind::claim, "", "t"},
        {"port is no port", "OAUTHBEARER", "n,,^port=99x^auth=Bearer t^^", Kind::malformed},
        {"port is too large", "OAUTHBEARER", "n,,^port=65536^auth=Bearer t^^", Kind::malformed},
        {"key is no key", "OAUTHBEARER", "n,,^k1=v^auth=Bearer t^^", Kind::malformed},
        {"two tokens", "OAUTHBEARER", "n,,^auth=Bearer t^auth=Bearer u^^", Kind::malformed},
        {"no token", "OAUTHBEARER", "n,,^host=mail.test^^", Kind::malformed},
        {"no pairs", "OAUTHBEARER", "n,,^^", Kind::malformed},
        {"another scheme", "OAUTHBEARER", "n,,^auth=MAC t^^", Kind::malformed},
        {"scheme without a token", "OAUTHBEARER", "n,,^auth=Bearer ^^", Kind::malformed},
        {"token of two words", "OAUTHBEARER", "n,,^auth=Bearer t u^^", Kind::malformed},
        {"last separator missing", "OAUTHBEARER", "n,,^auth=Bearer t^", Kind::malformed},
        {"both missing", "OAUTHBEARER", "n,,^auth=Bearer t", Kind::malformed},
        {"something behind the end", "OAUTHBEARER", "n,,^auth=Bearer t^^x", Kind::malformed},
        {"channel binding", "OAUTHBEARER", "p=tls-exporter,,^auth=Bearer t^^", Kind::malformed},
        {"no header", "OAUTHBEARER", "auth=Bearer t^^", Kind::malformed},
        {"an empty name", "OAUTHBEARER", "n,a=,^auth=Bearer t^^", Kind::malformed},
        {"a bad escape", "OAUTHBEARER", "n,a=a=2,^auth=Bearer t^^", Kind::malformed},
        {"another attribute", "OAUTHBEARER", "n,u=alice,^auth=Bearer t^^", Kind::malformed},
        {"the dummy first", "OAUTHBEARER", "^", Kind::malformed},
        {"nothing", "OAUTHBEARER", "", Kind::malformed},
        {"NUL", "OAUTHBEARER", std::string("n,a=a\0b,^auth=Bearer t^^", 25), Kind::malformed},
        {"the form of XOAUTH2", "OAUTHBEARER", "user=alice^auth=Bearer t^^", Kind::malformed},

        {"XOAUTH2", "XOAUTH2", "user=alice@example.test^auth=Bearer ya29.abc^^", Kind::claim,
         "alice@example.test", "ya29.abc"},
        {"no user", "XOAUTH2", "user=^auth=Bearer t^^", Kind::malformed},
        {"user is missing", "XOAUTH2", "auth=Bearer t^^", Kind::malformed},
        {"no auth", "XOAUTH2", "user=alice^^", Kind::malformed},
        {"another key", "XOAUTH2", "user=alice^host=x^auth=Bearer t^^", Kind::malformed},
        {"last separator missing", "XOAUTH2", "user=alice^auth=Bearer t^", Kind::malformed},
        {"the form of OAUTHBEARER", "XOAUTH2", "n,a=alice,^auth=Bearer t^^", Kind::malformed},
        {"NUL", "XOAUTH2", std::string("user=a\0b^auth=Bearer t^^", 24), Kind::malformed},
    };
    for (const OAuthCase& c : cases) {
        for (const bool initial : {true, false}) {
            SCOPED_TRACE(std::string(c.mechanism) + ": " + c.what);
            const std::string message = encoded(c.message);
            const std::string first = message.empty() ? "=" : message;
            auto exchange = Exchange::open(c.mechanism + (initial ? ' ' + first : ""), terms());
            ASSERT_TRUE(exchange);
            Step step = exchange->start();
            if (!initial) {
                ASSERT_EQ(step.kind, Kind::challenge);
                EXPECT_EQ(step.text, "");
                step = exchange->feed(message);
            }
            ASSERT_EQ(step.kind, c.kind);
            if (step.kind != Kind::claim) continue;
            const auto& claim = std::get<TokenClaim>(exchange->claim());
            EXPECT_EQ(claim.user, c.user);
            EXPECT_EQ(claim.token, c.token);
            EXPECT_EQ(exchange->settle("").kind, Kind::done);
        }
    }
}

TEST(OAuth, TellsWhyAndEndsWhateverTheClientAnswers)
{
    struct Refusal
    {
        const char* argument;
        const char* challenge;
    };
    const std::string bearer = "OAUTHBEARER " + encoded("n,,^auth=Bearer t^^");
    const std::string google = "XOAUTH2 " + encoded("user=alice^auth=Bearer t^^");
    for (const Refusal& c :
         {Refusal{bearer.c_str(),
                  R"({"status":"invalid_token","scope":"mail",)"
                  R"("openid-configuration":"https://login.test/.well-known/openid-configuration"})"},
          Refusal{google.c_str(), R"({"status":"401","schemes":"bearer","scope":"mail"})"}}) {
        for (const char* answer : {"AQ==", "", "=", "*", "!", "bm9uc2Vuc2U="}) {
            SCOPED_TRACE(std::string(c.argument) + ", " + answer);
            auto exchange = Exchange::open(c.argument, terms());
            ASSERT_EQ(exchange->start().kind, Kind::claim);
            Step step = exchange->settle(std::nullopt);
            ASSERT_EQ(step.kind, Kind::challenge);
            EXPECT_EQ(base64_decode(step.text), c.challenge);
            step = exchange->feed(answer);
            EXPECT_EQ(step.kind, answer == std::string("*") ? Kind::cancelled : Kind::done);
        }
    }
}

TEST(OAuth, SaysNothingThatIsNotConfigured)
{
    Terms bare = terms();
    bare.oauth_scope.clear();
    bare.oauth_discovery.clear();
    auto exchange = Exchange::open("OAUTHBEARER " + encoded("n,,^auth=Bearer t^^"), bare);
    ASSERT_EQ(exchange->start().kind, Kind::claim);
    EXPECT_EQ(base64_decode(exchange->settle(std::nullopt).text), R"({"status":"invalid_token"})");
}

TEST(OAuth, TellsWhereToGetATokenAndSignsNobodyIn)
{
    auto exchange = Exchange::open("OAUTHBEARER " + encoded("n,a=alice,^auth=^^"), terms());
    Step step = exchange->start();
    ASSERT_EQ(step.kind, Kind::challenge);
    EXPECT_NE(base64_decode(step.text)->find("openid-configuration"), std::string::npos);
    EXPECT_EQ(exchange->feed(encoded("n,,^auth=Bearer t^^")).kind, Kind::denied);
    EXPECT_EQ(user_of(exchange->claim()), "alice");
}

} // namespace
} // namespace pillarbox::auth::sasl

#include "server/auth/sasl.hpp"

#include "server/base/base64.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::auth::sasl {
namespace {

using Kind = Step::Kind;

std::string plain(std::string_view authorization, std::string_view user, std::string_view password)
{
    std::string text(authorization);
    text += '\0';
    text += user;
    text += '\0';
    text += password;
    return base64_encode(text);
}

Terms plain_terms()
{
    return {.mechanisms = "PLAIN LOGIN",
            .hostname = "mail.test",
            .key = std::string(32, 'k'),
            .channel_binding = nullptr};
}

TEST(Exchange, KnowsItsMechanismsInAnyCase)
{
    for (const char* known : {"PLAIN", "plain", "LOGIN", "Login", "PLAIN AAAA"})
        EXPECT_TRUE(Exchange::open(known, plain_terms())) << known;
    for (const char* unknown : {"", "PLAI", "PLAINX", "CRAM-MD5", " PLAIN", "XOAUTH2 abc"})
        EXPECT_FALSE(Exchange::open(unknown, plain_terms())) << unknown;
}

struct SaslCase
{
    const char* what;
    std::string argument;
    std::vector<std::string> lines;      // of the client, for each challenge
    std::vector<std::string> challenges; // of the server, as sent
    Kind end;
    const char* user = "";
    const char* password = "";
};

TEST(Exchange, GoesAsItsMechanismHasIt)
{
    const std::string user = base64_encode("alice");
    const std::string password = base64_encode("se cret");
    const std::string ask_user = "VXNlcm5hbWU6";     // Username:
    const std::string ask_password = "UGFzc3dvcmQ6"; // Password:
    const std::vector<SaslCase> cases{
        {"PLAIN in one step",
         "PLAIN " + plain("", "alice", "se cret"),
         {},
         {},
         Kind::claim,
         "alice",
         "se cret"},
        {"PLAIN in two", "PLAIN", {plain("", "alice", "se cret")}, {""}, Kind::claim, "alice", "se cret"},
        {"authzid is the user", "PLAIN " + plain("Alice", "alice", "p"), {}, {}, Kind::claim, "alice", "p"},
        {"authzid is another", "PLAIN " + plain("bob", "alice", "p"), {}, {}, Kind::denied},
        {"no user", "PLAIN " + plain("", "", "p"), {}, {}, Kind::malformed},
        {"no password", "PLAIN " + plain("", "alice", ""), {}, {}, Kind::malformed},
        {"one NUL", "PLAIN " + base64_encode(std::string("\0alice", 6)), {}, {}, Kind::malformed},
        {"three NULs", "PLAIN " + plain("", "alice", std::string_view("p\0q", 3)), {}, {}, Kind::malformed},
        {"initial response of nothing", "PLAIN =", {}, {}, Kind::malformed},
        {"a space and nothing", "PLAIN ", {}, {}, Kind::malformed},
        {"bad base64", "PLAIN !!!!", {}, {}, Kind::malformed},
        {"base64 without padding", "PLAIN AGFsaWNlAHA", {}, {}, Kind::malformed},
        {"two initial responses", "PLAIN AGFsaWNlAHA= AAAA", {}, {}, Kind::malformed},
        {"cancelled", "PLAIN", {"*"}, {""}, Kind::cancelled},
        {"cancelled at once", "PLAIN *", {}, {}, Kind::cancelled},
        {"an empty line", "PLAIN", {""}, {""}, Kind::malformed},
        {"LOGIN", "LOGIN", {user, password}, {ask_user, ask_password}, Kind::claim, "alice", "se cret"},
        {"LOGIN with the user", "LOGIN " + user, {password}, {ask_password}, Kind::claim, "alice", "se cret"},
        {"LOGIN cancelled", "LOGIN", {user, "*"}, {ask_user, ask_password}, Kind::cancelled},
        {"LOGIN without a user", "LOGIN", {""}, {ask_user}, Kind::malformed},
        {"LOGIN without a password", "LOGIN", {user, ""}, {ask_user, ask_password}, Kind::malformed},
        {"LOGIN bad base64", "LOGIN", {user, "%"}, {ask_user, ask_password}, Kind::malformed},
        {"LOGIN with NUL",
         "LOGIN",
         {base64_encode(std::string_view("a\0b", 3))},
         {ask_user},
         Kind::malformed},
    };
    for (const SaslCase& c : cases) {
        SCOPED_TRACE(c.what);
        auto exchange = Exchange::open(c.argument, plain_terms());
        ASSERT_TRUE(exchange);
        Step step = exchange->start();
        std::vector<std::string> challenges;
        for (const std::string& line : c.lines) {
            ASSERT_EQ(step.kind, Kind::challenge);
            challenges.push_back(step.text);
            step = exchange->feed(line);
        }
        EXPECT_EQ(step.kind, c.end);
        EXPECT_EQ(challenges, c.challenges);
        if (step.kind != Kind::claim) continue;
        const auto& claim = std::get<PasswordClaim>(exchange->claim());
        EXPECT_EQ(claim.user, c.user);
        EXPECT_EQ(claim.password, c.password);
        EXPECT_EQ(exchange->settle("").kind, Kind::done);
    }
}

} // namespace
} // namespace pillarbox::auth::sasl

#include "tests/unit/api/site_test.hpp"

#include <algorithm>

namespace pillarbox::api {
namespace {

TEST_F(SiteTest, SignsIn)
{
    const auto reply = sign_in("Alice@Example.org", password);
    ASSERT_EQ(reply.status, 200u) << reply.body;
    EXPECT_EQ(reply.json().at("account").at("address").as_string(), "alice@example.org");
    EXPECT_EQ(reply.json().at("account").at("admin").as_bool(), false);
    EXPECT_EQ(reply.field("Cache-Control"), "no-store");
    EXPECT_TRUE(reply.field("Set-Cookie").starts_with("__Host-pillarbox="));
    EXPECT_EQ(reply.field("Set-Cookie").find("Max-Age"), std::string::npos);

    const auto stay =
        ask(request("POST", "/api/v1/session",
                    R"({"address":"alice@example.org","password":"correct horse","staySignedIn":true})"));
    EXPECT_NE(stay.field("Set-Cookie").find("Max-Age=2592000"), std::string::npos);
}

TEST_F(SiteTest, SaysTheSameToStrangers)
{
    const auto wrong = sign_in("alice@example.org", "wrong");
    const auto stranger = sign_in("nobody@example.org", "wrong");
    const auto elsewhere = sign_in("nobody@example.net", "wrong");
    EXPECT_EQ(wrong.status, 401u);
    EXPECT_EQ(wrong.body, stranger.body);
    EXPECT_EQ(wrong.body, elsewhere.body);
    EXPECT_FALSE(wrong.fields.contains("Set-Cookie"));
    EXPECT_EQ(wrong.json().at("detail").as_string(), "Email address or password is incorrect.");
}

TEST_F(SiteTest, RefusesSignInsThatAreMalformed)
{
    const std::string long_text(300, 'x');
    for (const std::string& body : {
             std::string(R"({})"),
             std::string(R"([])"),
             std::string("null"),
             std::string("{"),
             std::string("{}{}"),
             std::string(R"({"address":"a","password":7})"),
             std::string(R"({"address":"a","password":""})"),
             std::string(R"({"address":"a","password":"b","remember":true})"),
             std::string(R"({"address":"a","password":"b","staySignedIn":"yes"})"),
             R"({"address":"a","password":")" + long_text + "\"}",
             R"({"address":")" + long_text + R"(","password":"b"})",
             std::string(R"({"address":"a\u0000b","password":"b"})"),
             R"({"address":)" + std::string(40, '[') + std::string(40, ']') + "}",
         }) {
        const auto reply = ask(request("POST", "/api/v1/session", body));
        EXPECT_EQ(reply.status, 400u) << body;
        EXPECT_EQ(reply.problem(), "invalid") << body;
    }
}

TEST_F(SiteTest, SlowsGuessingDown)
{
    std::vector<http::Request> tries(
        20, request("POST", "/api/v1/session", R"({"address":"alice@example.org","password":"guess"})"));
    const auto replies = ask_together(std::move(tries));
    ASSERT_EQ(replies.size(), 20u);
    const auto throttled = [](const Reply& reply) {
        return reply.status == 429 && reply.problem() == "rate-limited" &&
               !reply.field("Retry-After").empty();
    };
    EXPECT_TRUE(std::ranges::any_of(replies, throttled));
    EXPECT_TRUE(std::ranges::all_of(replies, [](const Reply& reply) { return reply.status >= 401; }));
    EXPECT_EQ(sign_in("alice@example.org", password).status, 429u) << "the right one too, from there";
}

TEST_F(SiteTest, KnowsWhoIsSignedIn)
{
    EXPECT_EQ(ask(request("GET", "/api/v1/session")).problem(), "not-signed-in");
    const auto reply = get("bob", "/api/v1/session");
    EXPECT_EQ(reply.json().at("account").at("address").as_string(), "bob@example.org");
    EXPECT_EQ(reply.json().at("csrfToken").as_string(), session_of("bob").token);

    auto forged = request("GET", "/api/v1/session");
    forged.fields.set("Cookie", "__Host-pillarbox=" + std::string(43, 'A'));
    EXPECT_EQ(ask(forged).status, 401u);
    auto plain = as("bob", "GET", "/api/v1/session");
    plain.secure = false; // the cookie of one transport is worth nothing on the other
    EXPECT_EQ(ask(plain).status, 401u);
}

TEST_F(SiteTest, SigningOutEndsTheSessionHere)
{
    const auto who = as("alice", "GET", "/api/v1/session");
    EXPECT_EQ(ask(who).status, 200u);
    const auto out = ask(as("alice", "DELETE", "/api/v1/session"));
    EXPECT_EQ(out.status, 204u);
    EXPECT_NE(out.field("Set-Cookie").find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(ask(who).status, 401u);
}

TEST_F(SiteTest, SigningInAgainEndsTheSessionBefore)
{
    const auto who = as("alice", "GET", "/api/v1/session");
    auto again =
        request("POST", "/api/v1/session", R"({"address":"alice@example.org","password":"correct horse"})");
    again.fields.set("Cookie", session_of("alice").cookie);
    EXPECT_EQ(ask(again).status, 200u);
    EXPECT_EQ(ask(who).status, 401u);
}

TEST_F(SiteTest, DisabledAccountsLoseTheirSessions)
{
    const auto who = as("alice", "GET", "/api/v1/session");
    ASSERT_TRUE(run(store_->accounts().set_enabled("alice@example.org", false)));
    EXPECT_EQ(ask(who).status, 401u);
    EXPECT_EQ(sign_in("alice@example.org", password).status, 401u);
}

TEST_F(SiteTest, SaysThatNothingLeavesAServerForTests)
{
    const auto told = [&] { return get("alice", "/api/v1/session").json().at("testMode").as_bool(); };
    EXPECT_FALSE(told());
    config_.test.mode = true;
    EXPECT_FALSE(told()) << "mail is sent";
    config_.outbound.mode = Config::Outbound::Mode::hold;
    EXPECT_TRUE(told());
}

} // namespace
} // namespace pillarbox::api

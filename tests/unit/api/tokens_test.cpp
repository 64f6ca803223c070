#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class TokensTest : public SiteTest
{
protected:
    struct Made
    {
        std::string id;
        std::string token;
    };

    Made make(std::string_view who, const std::string& label, const std::string& scopes,
              const std::string& more = {})
    {
        const auto reply = ask(as(who, "POST", "/api/v1/tokens",
                                  R"({"label":")" + label + R"(","scopes":[)" + scopes + "]" + more + "}"));
        EXPECT_EQ(reply.status, 201u) << reply.body;
        EXPECT_EQ(reply.field("Cache-Control"), "no-store");
        const auto made = reply.json();
        return {std::string(made.at("id").as_string()), std::string(made.at("token").as_string())};
    }

    /// As programs ask: with no cookie and no origin.
    Reply with(std::string_view token, std::string_view method, std::string_view target,
               std::string_view body = {})
    {
        auto asked = request(method, target, body);
        asked.fields.set("Authorization", "Bearer " + std::string(token));
        return ask(std::move(asked));
    }
};

TEST_F(TokensTest, OpenWhatTheyAreFor)
{
    deliver("alice@example.org", "Subject: x\n\ntext\n");
    const auto message = "/api/v1/messages/" + newest("alice");
    const auto read = make("alice", "reads", R"("mail.read")").token;
    const auto send = make("alice", "sends", R"("mail.send")").token;
    const auto write = make("alice", "sorts", R"("mail.write")").token;
    struct Case
    {
        std::string_view method;
        std::string target;
        std::string_view body;
        unsigned read, send, write;
    };
    const std::vector<Case> cases{
        {"GET", "/api/v1/mailboxes", "", 200, 403, 403},
        {"GET", message, "", 200, 403, 403},
        {"PATCH", message, R"({"seen":true})", 403, 403, 200},
        {"POST", "/api/v1/drafts", R"({"subject":"x"})", 403, 201, 403},
        {"GET", "/api/v1/identities", "", 403, 200, 403},
        {"GET", "/api/v1/session", "", 403, 403, 403},
        {"GET", "/api/v1/tokens", "", 403, 403, 403},
        {"POST", "/api/v1/tokens", R"({"label":"more","scopes":["mail.read"]})", 403, 403, 403},
        {"POST", "/api/v1/app-passwords", R"({"label":"more"})", 403, 403, 403},
        {"GET", "/api/v1/sessions", "", 403, 403, 403},
        {"POST", "/api/v1/password", R"({"current":"correct horse","new":"b"})", 403, 403, 403},
        {"GET", "/api/v1/admin/overview", "", 403, 403, 403},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(with(read, one.method, one.target, one.body).status, one.read)
            << one.method << " " << one.target;
        EXPECT_EQ(with(send, one.method, one.target, one.body).status, one.send)
            << one.method << " " << one.target;
        EXPECT_EQ(with(write, one.method, one.target, one.body).status, one.write)
            << one.method << " " << one.target;
    }
    EXPECT_EQ(with(make("bob", "b", R"("mail.read")").token, "GET", message).status, 404u)
        << "somebody else's";
}

TEST_F(TokensTest, OfAdministratorsAdminister)
{
    EXPECT_EQ(ask(as("alice", "POST", "/api/v1/tokens", R"({"label":"x","scopes":["admin"]})")).status, 403u);
    ASSERT_TRUE(run(store_->accounts().set_admin("alice@example.org", true)));
    const auto token = make("alice", "ci", R"("admin")").token;
    EXPECT_EQ(with(token, "GET", "/api/v1/admin/accounts").status, 200u);
    EXPECT_EQ(with(token, "POST", "/api/v1/admin/domains", R"({"name":"example.net"})").status, 201u);
    EXPECT_EQ(with(token, "DELETE", "/api/v1/admin/domains/example.net").status, 204u);
    EXPECT_EQ(with(token, "GET", "/api/v1/mailboxes").status, 403u);
    ASSERT_TRUE(run(store_->accounts().set_admin("alice@example.org", false)));
    EXPECT_EQ(with(token, "GET", "/api/v1/admin/accounts").status, 403u);
}

TEST_F(TokensTest, AreListedAndRevoked)
{
    const auto made = make("alice", "reads", R"("mail.read","mail.write")", R"(,"days":7)");
    auto items = get("alice", "/api/v1/tokens").json().at("items").as_array();
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].at("scopes"), json::value({"mail.read", "mail.write"}));
    EXPECT_TRUE(items[0].at("lastUsed").is_null());
    EXPECT_FALSE(items[0].at("expires").is_null());
    EXPECT_FALSE(items[0].as_object().contains("token"));
    EXPECT_EQ(with(made.token, "GET", "/api/v1/mailboxes").status, 200u);
    items = get("alice", "/api/v1/tokens").json().at("items").as_array();
    EXPECT_FALSE(items[0].at("lastUsed").is_null());

    const auto path = "/api/v1/tokens/" + made.id;
    EXPECT_EQ(ask(as("bob", "DELETE", path)).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/tokens/x")).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", path)).status, 204u);
    EXPECT_EQ(ask(as("alice", "DELETE", path)).status, 404u);
    const auto refused = with(made.token, "GET", "/api/v1/mailboxes");
    EXPECT_EQ(refused.status, 401u);
    EXPECT_EQ(refused.field("WWW-Authenticate"), R"(Bearer error="invalid_token")");
}

TEST_F(TokensTest, EndWithTheirTime)
{
    storage::ApiToken token;
    token.account = run(store_->accounts().find("alice@example.org"))->id;
    token.label = "past";
    token.digest = "unknown to anybody";
    token.scopes = storage::scope::mail_read;
    token.expires = storage::Time{std::chrono::seconds{1}};
    ASSERT_TRUE(run(store_->api_tokens().add(token)));
    EXPECT_EQ(run(store_->api_tokens().find(token.digest)).error(), storage::Errc::not_found);
    const auto lasting = make("alice", "now", R"("mail.read")").token;
    ASSERT_TRUE(run(store_->accounts().set_enabled("alice@example.org", false)));
    EXPECT_EQ(with(lasting, "GET", "/api/v1/mailboxes").status, 401u) << "of somebody who may not sign in";
}

TEST_F(TokensTest, AreRefusedWhereTheyAreNone)
{
    for (const auto* body :
         {"{}", R"({"label":"x"})", R"({"label":"x","scopes":[]})", R"({"label":"x","scopes":["all"]})",
          R"({"label":"x","scopes":["mail.read"],"days":0})",
          R"({"label":"x","scopes":["mail.read"],"days":4000})", R"({"label":"","scopes":["mail.read"]})"})
        EXPECT_EQ(ask(as("alice", "POST", "/api/v1/tokens", body)).problem(), "invalid") << body;
    make("alice", "x", R"("mail.read")");
    EXPECT_EQ(ask(as("alice", "POST", "/api/v1/tokens", R"({"label":"x","scopes":["mail.read"]})")).problem(),
              "conflict");
    for (const std::string_view token : {"", "x", "pillarbox_x"})
        EXPECT_EQ(with(token, "GET", "/api/v1/mailboxes").status, 401u) << token;
    // A cookie does not help a token that is none.
    auto both = as("alice", "GET", "/api/v1/mailboxes");
    both.fields.set("Authorization", "bearer x");
    EXPECT_EQ(ask(std::move(both)).status, 401u);
    // What a page elsewhere has a browser send has a cookie, and no token: it still needs the proof.
    auto forged = as("alice", "POST", "/api/v1/tokens", R"({"label":"y","scopes":["mail.read"]})");
    forged.fields.set("Origin", "https://elsewhere.example");
    EXPECT_EQ(ask(std::move(forged)).problem(), "csrf");
}

} // namespace
} // namespace pillarbox::api

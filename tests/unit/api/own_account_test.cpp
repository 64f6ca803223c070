#include "server/admin/new_app_password.hpp"
#include "tests/unit/api/site_test.hpp"
#include "web/http/sign_in.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

class OwnAccountTest : public SiteTest
{
protected:
    Reply change_password(std::string_view who, const std::string& current, const std::string& wanted)
    {
        return ask(as(who, "POST", "/api/v1/password",
                      R"({"current":")" + current + R"(","new":")" + wanted + "\"}"));
    }

    storage::AccountId account(const std::string& name)
    {
        return run(store_->accounts().find(name + "@example.org"))->id;
    }

    /// Another browser of somebody's, which signed in so long ago.
    std::string browser(const std::string& who, std::chrono::seconds ago = 0s, const std::string& agent = {})
    {
        auto from = request("GET", "/");
        if (!agent.empty()) from.fields.set("User-Agent", agent);
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto session = http::make_session(from, account(who), false, now - ago);
        EXPECT_TRUE(run(store_->sessions().add(session.stored)));
        sessions_.emplace_back(
            who + " again",
            Signed{std::string(http::cookie_name(from)) + "=" + session.cookie, session.stored.csrf});
        return who + " again";
    }

    json::array items(std::string_view who, std::string_view path)
    {
        return get(who, path).json().at("items").as_array();
    }
};

TEST_F(OwnAccountTest, ChangesItsPassword)
{
    const auto other = browser("alice");
    const auto changed = change_password("alice", std::string(password), "battery staple");
    ASSERT_EQ(changed.status, 200u) << changed.body;
    EXPECT_EQ(changed.field("Cache-Control"), "no-store");
    EXPECT_TRUE(changed.field("Set-Cookie").starts_with("__Host-pillarbox="));
    EXPECT_EQ(get("alice", "/api/v1/session").status, 401u) << "the old cookie";
    EXPECT_EQ(get(other, "/api/v1/session").status, 401u) << "another browser";
    EXPECT_EQ(sign_in("alice@example.org", password).status, 401u);
    EXPECT_EQ(sign_in("alice@example.org", "battery staple").status, 200u);

    // The browser that changed it goes on with what came with the answer.
    auto next = request("GET", "/api/v1/session");
    const std::string cookie(changed.field("Set-Cookie"));
    next.fields.set("Cookie", cookie.substr(0, cookie.find(';')));
    const auto who = ask(next);
    EXPECT_EQ(who.status, 200u);
    EXPECT_EQ(who.json().at("csrfToken"), changed.json().at("csrfToken"));
    next = request("GET", "/api/v1/mailboxes/inbox/messages");
    next.fields.set("Cookie", cookie.substr(0, cookie.find(';')));
    EXPECT_EQ(ask(next).json().at("items").at(0).at("subject"), "Your password was changed");
    EXPECT_EQ(get("bob", "/api/v1/session").status, 200u);
}

TEST_F(OwnAccountTest, KeepsItsPasswordFromOthers)
{
    auto key = std::string(32, 'k');
    const auto device =
        admin::new_app_password(config_, key, "alice@example.org", "phone", {"of the phone", true}, false);
    ASSERT_TRUE(run(store_->accounts().add_app_password("alice@example.org", device)));
    for (const std::string wrong : {"wrong", "of the phone"}) {
        const auto refused = change_password("alice", wrong, "battery staple");
        EXPECT_EQ(refused.status, 400u) << wrong;
        EXPECT_EQ(refused.json().at("errors").at(0).at("pointer"), "/current") << wrong;
    }
    EXPECT_EQ(sign_in("alice@example.org", "of the phone").status, 401u) << "it could make others there";
    const auto unfit = change_password("alice", std::string(password), R"(\u0001)");
    EXPECT_EQ(unfit.json().at("errors").at(0).at("pointer"), "/new");
    for (const auto* body :
         {"{}", R"({"current":"a"})", R"({"current":"a","new":7})", R"({"current":"a","new":"b","x":1})"})
        EXPECT_EQ(ask(as("alice", "POST", "/api/v1/password", body)).problem(), "invalid") << body;
    auto forged = as("alice", "POST", "/api/v1/password", R"({"current":"a","new":"b"})");
    forged.fields.set("X-CSRF-Token", "another");
    EXPECT_EQ(ask(std::move(forged)).problem(), "csrf");
    EXPECT_EQ(ask(request("POST", "/api/v1/password", "{}")).status, 401u);
    EXPECT_EQ(get("alice", "/api/v1/session").status, 200u) << "nothing was changed";
    EXPECT_EQ(sign_in("alice@example.org", password).status, 200u);
}

TEST_F(OwnAccountTest, CountsWrongPasswordsAsSignInsThatFailed)
{
    std::vector<http::Request> guesses;
    for (int i = 0; i < 20; ++i)
        guesses.push_back(
            as("alice", "POST", "/api/v1/password", R"({"current":"wrong","new":"battery staple"})"));
    std::size_t refused = 0;
    for (const auto& reply : ask_together(std::move(guesses)))
        refused += reply.status == 429;
    EXPECT_GT(refused, 0u);
    EXPECT_EQ(sign_in("bob@example.org", password).status, 429u) << "from the same network";
}

TEST_F(OwnAccountTest, ShowsWhereItIsSignedIn)
{
    EXPECT_EQ(items("alice", "/api/v1/sessions").size(), 1u);
    const auto other = browser("alice", 3600s,
                               "Fire\x01\xff"
                               "fox");
    auto list = items("alice", "/api/v1/sessions");
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].at("current"), true);
    EXPECT_EQ(list[1].at("current"), false);
    EXPECT_EQ(list[1].at("agent"), "Firefox");
    EXPECT_EQ(list[1].at("address"), "192.0.2.7");
    EXPECT_EQ(list[1].at("lastSeen"), list[1].at("created"));
    EXPECT_EQ(get(other, "/api/v1/session").status, 200u);
    list = items("alice", "/api/v1/sessions");
    EXPECT_NE(list[1].at("lastSeen"), list[1].at("created"));

    const auto path = "/api/v1/sessions/" + std::string(list[1].at("id").as_string());
    EXPECT_EQ(ask(as("bob", "DELETE", path)).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/sessions/none")).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", path)).status, 204u);
    EXPECT_EQ(ask(as("alice", "DELETE", path)).status, 404u);
    EXPECT_EQ(get(other, "/api/v1/session").status, 401u);
    EXPECT_EQ(get("alice", "/api/v1/session").status, 200u);
}

TEST_F(OwnAccountTest, EndsAllOtherSessions)
{
    session_of("alice");
    session_of("bob");
    browser("alice");
    browser("alice");
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/sessions")).json().at("ended"), 2);
    EXPECT_EQ(items("alice", "/api/v1/sessions").size(), 1u);
    EXPECT_EQ(get("bob", "/api/v1/session").status, 200u);
}

TEST_F(OwnAccountTest, HasPasswordsForDevices)
{
    const auto path = "/api/v1/app-passwords";
    const auto made = ask(as("alice", "POST", path, R"({"label":" Outlook / work "})"));
    ASSERT_EQ(made.status, 201u) << made.body;
    EXPECT_EQ(made.field("Cache-Control"), "no-store");
    EXPECT_EQ(made.json().at("label"), "Outlook / work");
    const std::string secret(made.json().at("password").as_string());
    auto with = [&] {
        return run(login_->password("alice@example.org", secret, boost::asio::ip::make_address("192.0.2.7")));
    };
    const auto in = with();
    ASSERT_TRUE(in);
    EXPECT_EQ(in->device, "Outlook / work");
    const auto told = get("alice", "/api/v1/messages/" + newest("alice") + "/raw").body;
    EXPECT_NE(told.find("Subject: A new app password was made\r\n"), std::string::npos) << told;
    EXPECT_NE(told.find("It is called Outlook / work."), std::string::npos) << told;
    EXPECT_NE(told.find("192.0.2.7"), std::string::npos) << told;
    EXPECT_EQ(told.find(secret), std::string::npos) << "never what it is";
    const auto list = items("alice", path);
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].at("apop"), false);
    EXPECT_EQ(list[0].as_object().contains("password"), false);

    EXPECT_EQ(ask(as("alice", "POST", path, R"({"label":"Outlook / work"})")).problem(), "conflict");
    for (const auto* body : {"{}", R"({"label":" "})", R"({"label":"a\nb"})", R"({"label":7})"})
        EXPECT_EQ(ask(as("alice", "POST", path, body)).problem(), "invalid") << body;
    const auto one = "/api/v1/app-passwords/Outlook%20%2F%20work";
    EXPECT_EQ(ask(as("bob", "DELETE", one)).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", one)).status, 204u);
    EXPECT_EQ(ask(as("alice", "DELETE", one)).status, 404u);
    EXPECT_FALSE(with());
}

TEST_F(OwnAccountTest, WhatOpensItWantsAFreshSignIn)
{
    const auto old = browser("alice", 1000s);
    EXPECT_EQ(ask(as(old, "POST", "/api/v1/app-passwords", R"({"label":"x"})")).problem(), "reauthenticate");
    EXPECT_EQ(ask(as(old, "POST", "/api/v1/tokens", R"({"label":"x","scopes":["mail.read"]})")).problem(),
              "reauthenticate");
    EXPECT_TRUE(items("alice", "/api/v1/app-passwords").empty());
    EXPECT_TRUE(items("alice", "/api/v1/tokens").empty());
}

TEST_F(OwnAccountTest, WritesAsSeveralPeople)
{
    ASSERT_TRUE(
        run(store_->accounts().add_alias({.address = "info@example.org", .targets = {"Alice@example.org"}})));
    ASSERT_TRUE(run(store_->accounts().add_sender("alice@example.org", "alice@example.net")));
    const auto path = "/api/v1/identities";
    auto list = get("alice", path).json();
    ASSERT_EQ(list.at("items").as_array().size(), 3u);
    EXPECT_EQ(list.at("items").at(0),
              json::value(
                  {{"address", "alice@example.org"}, {"name", ""}, {"signature", ""}, {"preferred", false}}));
    EXPECT_EQ(list.at("items").at(1).at("address"), "alice@example.net");
    EXPECT_EQ(list.at("items").at(2).at("address"), "info@example.org");

    const auto put = [&](std::string_view who, const std::string& address, const std::string& body) {
        return ask(as(who, "PUT", "/api/v1/identities/" + address, body));
    };
    const auto set =
        put("alice", "Info@Example.org", R"({"name":"Ali","signature":"--\r\nAli","preferred":true})");
    EXPECT_EQ(set.json(), json::value({{"address", "info@example.org"},
                                       {"name", "Ali"},
                                       {"signature", "--\nAli"},
                                       {"preferred", true}}));
    EXPECT_EQ(items("alice", path)[2], set.json());
    EXPECT_EQ(put("alice", "alice@example.org", R"({"preferred":true})").status, 200u);
    EXPECT_EQ(items("alice", path)[2].at("preferred"), false) << "there is one";
    EXPECT_EQ(put("bob", "info@example.org", "{}").status, 404u);
    EXPECT_EQ(put("alice", "bob@example.org", "{}").status, 404u);
    EXPECT_EQ(put("alice", "nonsense", "{}").status, 404u);
    EXPECT_EQ(put("alice", "info@example.org", R"({"name":"a\r\nBcc: x"})").problem(), "invalid");
    EXPECT_EQ(put("alice", "info@example.org", R"({"x":1})").problem(), "invalid");
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/identities/info@example.org")).status, 204u);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/identities/info@example.org")).status, 404u);
    EXPECT_EQ(items("alice", path)[2].at("name"), "");
}

TEST_F(OwnAccountTest, SaysWhatAMailProgramIsToBeTold)
{
    const auto told = get("alice", "/api/v1/client-settings").json();
    EXPECT_EQ(told.at("address"), "alice@example.org");
    const auto& servers = told.at("servers").as_array();
    ASSERT_FALSE(servers.empty());
    EXPECT_EQ(
        servers[0],
        json::value({{"kind", "pop3"}, {"security", "tls"}, {"host", "mail.example.org"}, {"port", 995u}}));
}

} // namespace
} // namespace pillarbox::api

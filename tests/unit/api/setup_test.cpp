#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace pillarbox::api {
namespace {

/// A server that nobody has set up.
class SetupTest : public SiteTest
{
protected:
    SetupTest()
    {
        for (const std::string name : {"alice", "bob", "carol"})
            EXPECT_TRUE(run(store_->accounts().remove(name + "@example.org")));
        EXPECT_TRUE(run(store_->accounts().remove_domain("example.org")));
    }

    Reply set_up(std::string_view code, std::string_view domain, std::string_view address,
                 std::string_view with = password)
    {
        boost::json::object body;
        body["code"] = code;
        body["domain"] = domain;
        body["address"] = address;
        body["password"] = with;
        return ask(request("POST", "/api/v1/setup", boost::json::serialize(body)));
    }
};

TEST_F(SetupTest, MakesTheFirstAdministratorOnce)
{
    const auto state = ask(request("GET", "/api/v1/setup"));
    ASSERT_EQ(state.status, 200u) << state.body;
    EXPECT_EQ(state.json().at("domain"), "example.org");
    EXPECT_EQ(state.body.find("2345"), std::string::npos) << "the code is its holder's";

    const auto made = set_up("abcd2345", "Example.org", "Ada@example.org");
    ASSERT_EQ(made.status, 201u) << made.body;
    EXPECT_EQ(made.json().at("address"), "ada@example.org");
    const auto account = run(store_->accounts().find("ada@example.org"));
    ASSERT_TRUE(account);
    EXPECT_TRUE(account->admin);
    EXPECT_FALSE(account->scram.empty());

    EXPECT_EQ(ask(request("GET", "/api/v1/setup")).status, 404u);
    EXPECT_EQ(set_up(setup_code, "example.org", "eve@example.org").status, 404u);

    const auto inbox = get("ada", "/api/v1/mailboxes/inbox/messages").json().at("items").as_array();
    ASSERT_EQ(inbox.size(), 1u);
    EXPECT_EQ(inbox[0].at("subject"), "Welcome to Pillarbox");
}

TEST_F(SetupTest, EveryPageLeadsToItUntilThen)
{
    for (const std::string_view path : {"/", "/mail/inbox", "/sign-in", "/nowhere"}) {
        const auto reply = ask(request("GET", path));
        EXPECT_EQ(reply.status, 303u) << path;
        EXPECT_EQ(reply.field("Location"), "/setup") << path;
    }
    EXPECT_NE(ask(request("GET", "/setup")).status, 404u);
    EXPECT_EQ(ask(request("GET", "/api/v1/session")).status, 401u);
    ASSERT_EQ(set_up(setup_code, "example.org", "ada@example.org").status, 201u);
    EXPECT_NE(ask(request("GET", "/mail/inbox")).status, 303u);
}

TEST_F(SetupTest, IsOverWhenAVerbHasMadeAnAccount)
{
    EXPECT_TRUE(run(store_->accounts().add_domain("example.org")));
    EXPECT_EQ(ask(request("GET", "/api/v1/setup")).status, 200u) << "a domain alone signs nobody in";
    storage::NewAccount account;
    account.address = "dora@example.org";
    EXPECT_TRUE(run(store_->accounts().add({account})));
    EXPECT_EQ(set_up(setup_code, "example.org", "eve@example.org").status, 404u);
}

TEST_F(SetupTest, RefusesAnotherCode)
{
    for (int i = 0; i < 10; ++i) {
        const auto reply = set_up("ZZZZ-ZZZZ", "example.org", "eve@example.org");
        EXPECT_EQ(reply.status, 403u);
        EXPECT_EQ(reply.problem(), "forbidden");
    }
    const auto reply = set_up(setup_code, "example.org", "eve@example.org");
    EXPECT_EQ(reply.status, 429u) << "too many wrong ones came from there";
    EXPECT_FALSE(reply.field("Retry-After").empty());
    EXPECT_TRUE(run(store_->accounts().list())->empty());
}

TEST_F(SetupTest, SaysWhichFieldIsWrong)
{
    const auto pointer = [](const Reply& reply) {
        if (reply.status != 400) return "status " + std::to_string(reply.status);
        return std::string(reply.json().at("errors").as_array().at(0).at("pointer").as_string());
    };
    EXPECT_EQ(pointer(set_up(setup_code, "not a domain", "ada@example.org")), "/domain");
    EXPECT_EQ(pointer(set_up(setup_code, "example.org", "ada")), "/address");
    EXPECT_EQ(pointer(set_up(setup_code, "example.org", "ada@example.net")), "/address");
    EXPECT_EQ(pointer(set_up(setup_code, "example.org", "ada@example.org", "tab\there")), "/password");
    EXPECT_TRUE(run(store_->accounts().domains())->empty());
    EXPECT_EQ(set_up(setup_code, "example.org", "ada@example.org").status, 201u) << "and can be mended";
}

TEST_F(SetupTest, NobodyElsesPageCanDoIt)
{
    auto foreign =
        request("POST", "/api/v1/setup",
                R"({"code":"ABCD-2345","domain":"a.example","address":"a@a.example","password":"x"})");
    foreign.fields.set("Origin", "https://evil.example.net");
    EXPECT_EQ(ask(std::move(foreign)).status, 403u);
    EXPECT_TRUE(run(store_->accounts().list())->empty());
}

} // namespace
} // namespace pillarbox::api

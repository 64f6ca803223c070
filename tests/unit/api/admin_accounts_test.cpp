#include "tests/unit/api/admin_test.hpp"
#include "web/http/sign_in.hpp"

#include <boost/json/array.hpp>

#include <chrono>

namespace pillarbox::api {
namespace {

using namespace std::chrono_literals;
using AdminAccountsTest = AdminTest;

constexpr std::string_view accounts = "/api/v1/admin/accounts";

std::string at(const std::string& id, std::string_view behind = {})
{
    return std::string(accounts) + "/" + id + std::string(behind);
}

TEST_F(AdminAccountsTest, AreForAdministratorsOnly)
{
    EXPECT_EQ(get("alice", accounts).status, 200u);
    const auto refused = get("bob", accounts);
    EXPECT_EQ(refused.status, 403u);
    EXPECT_EQ(refused.problem(), "forbidden");
    EXPECT_EQ(ask(request("GET", accounts)).status, 401u);
    EXPECT_EQ(ask(as("bob", "POST", accounts, R"({"address":"eve@example.org"})")).status, 403u);
    EXPECT_EQ(ask(as("bob", "PATCH", at(id_of("bob@example.org")), R"({"admin":true})")).status, 403u);
    EXPECT_EQ(ask(as("bob", "DELETE", at(id_of("carol@example.org")))).status, 403u);
    EXPECT_EQ(ask(as("bob", "POST", at(id_of("alice@example.org"), "/password"), "{}")).status, 403u);
    EXPECT_TRUE(run(store_->accounts().set_admin("alice@example.org", false)));
    EXPECT_EQ(get("alice", accounts).status, 403u) << "at once";
}

TEST_F(AdminAccountsTest, WritesNeedTheTokenOfTheSession)
{
    auto request = as("alice", "POST", accounts, R"({"address":"eve@example.org"})");
    request.fields.set("X-CSRF-Token", "another");
    EXPECT_EQ(ask(std::move(request)).problem(), "csrf");
    EXPECT_FALSE(run(store_->accounts().find("eve@example.org")));
}

TEST_F(AdminAccountsTest, AreListedAndFiltered)
{
    auto list = get("alice", accounts).json();
    EXPECT_EQ(list.at("total").as_int64(), 3);
    EXPECT_EQ(list.at("items").as_array().at(0).at("address"), "alice@example.org");
    EXPECT_EQ(list.at("items").as_array().at(0).at("admin"), true);
    list = get("alice", std::string(accounts) + "?q=AR").json();
    ASSERT_EQ(list.at("items").as_array().size(), 1u);
    EXPECT_EQ(list.at("items").as_array().at(0).at("address"), "carol@example.org");
    list = get("alice", std::string(accounts) + "?limit=2").json();
    EXPECT_EQ(list.at("items").as_array().size(), 2u);
    EXPECT_EQ(list.at("total").as_int64(), 3);
    EXPECT_EQ(get("alice", std::string(accounts) + "?limit=0").status, 400u);
}

TEST_F(AdminAccountsTest, AnAddedOneCanSignIn)
{
    const auto added =
        post(accounts, R"({"address":"Dora@example.org","password":"a good one","quota":1000})");
    ASSERT_EQ(added.status, 201u) << added.body;
    EXPECT_EQ(added.json().at("address"), "dora@example.org");
    EXPECT_TRUE(added.json().at("password").is_null());
    EXPECT_EQ(added.json().at("limit").as_int64(), 1000);
    EXPECT_EQ(sign_in("dora@example.org", "a good one").status, 200u);

    const auto generated = post(accounts, R"({"address":"emil@example.org"})");
    ASSERT_EQ(generated.status, 201u);
    EXPECT_EQ(generated.field("Cache-Control"), "no-store");
    const std::string made(generated.json().at("password").as_string());
    EXPECT_EQ(sign_in("emil@example.org", made).status, 200u);
}

TEST_F(AdminAccountsTest, AWrongOneSaysWhy)
{
    const auto pointer_and_status = [this](std::string_view body) {
        const auto reply = post(accounts, body);
        return std::to_string(reply.status) + " " + pointer(reply);
    };
    EXPECT_EQ(pointer_and_status(R"({"address":"nobody"})"), "400 /address");
    EXPECT_EQ(pointer_and_status(R"({"address":"a@example.net"})"), "400 /address");
    EXPECT_EQ(pointer_and_status(R"({"address":"bob@example.org"})"), "409 /address");
    EXPECT_EQ(pointer_and_status(R"({"address":"a@example.org","password":"a\u0007"})"), "400 /password");
    EXPECT_EQ(pointer_and_status(R"({"address":"a@example.org","quota":-1})"), "400 /quota");
    EXPECT_EQ(pointer_and_status(R"({"address":"a@example.org","name":"A"})"), "400 /name");
}

TEST_F(AdminAccountsTest, AreChanged)
{
    const auto bob = at(id_of("bob@example.org"));
    EXPECT_EQ(get("bob", "/api/v1/mailboxes").status, 200u);
    const auto changed = patch(bob, R"({"enabled":false,"quota":5000})");
    ASSERT_EQ(changed.status, 200u) << changed.body;
    EXPECT_EQ(changed.json().at("enabled"), false);
    EXPECT_EQ(changed.json().at("quota").as_int64(), 5000);
    EXPECT_EQ(get("bob", "/api/v1/mailboxes").status, 401u) << "signed out at once";
    EXPECT_EQ(sign_in("bob@example.org", password).status, 401u);
    EXPECT_EQ(patch(bob, R"({"enabled":true,"admin":true})").json().at("admin"), true);
    EXPECT_EQ(sign_in("bob@example.org", password).status, 200u);
    EXPECT_EQ(patch(at("7777"), R"({"enabled":true})").status, 404u);
}

TEST_F(AdminAccountsTest, NobodyLocksOneselfOut)
{
    const auto alice = at(id_of("alice@example.org"));
    for (const std::string_view body : {R"({"admin":false})", R"({"enabled":false})"})
        EXPECT_EQ(patch(alice, body).status, 409u) << body;
    EXPECT_EQ(erase(alice).status, 409u);
    EXPECT_EQ(patch(alice, R"({"quota":7000})").status, 200u);
}

TEST_F(AdminAccountsTest, APasswordIsReset)
{
    const auto path = at(id_of("bob@example.org"), "/password");
    EXPECT_EQ(get("bob", "/api/v1/mailboxes").status, 200u);
    const auto reset = post(path, "{}");
    ASSERT_EQ(reset.status, 200u) << reset.body;
    const std::string made(reset.json().at("password").as_string());
    EXPECT_EQ(get("bob", "/api/v1/mailboxes").status, 401u);
    EXPECT_EQ(sign_in("bob@example.org", password).status, 401u);
    EXPECT_EQ(sign_in("bob@example.org", made).status, 200u);
    EXPECT_TRUE(post(path, R"({"password":"chosen"})").json().at("password").is_null());
    EXPECT_EQ(sign_in("bob@example.org", "chosen").status, 200u);
}

TEST_F(AdminAccountsTest, RemovingOneWantsAFreshSignIn)
{
    const auto bob = at(id_of("bob@example.org"));
    const auto old = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 16min;
    const auto session = http::make_session(
        request("GET", "/"), run(store_->accounts().find("alice@example.org"))->id, false, old);
    EXPECT_TRUE(run(store_->sessions().add(session.stored)));
    auto stale = as("alice", "DELETE", bob);
    stale.fields.set("Cookie", std::string(http::cookie_name(stale)) + "=" + session.cookie);
    stale.fields.set("X-CSRF-Token", session.stored.csrf);
    const auto refused = ask(std::move(stale));
    EXPECT_EQ(refused.status, 403u);
    EXPECT_EQ(refused.problem(), "reauthenticate");
    EXPECT_TRUE(run(store_->accounts().find("bob@example.org")));
    EXPECT_EQ(erase(bob).status, 204u);
    EXPECT_FALSE(run(store_->accounts().find("bob@example.org")));
    EXPECT_EQ(erase(bob).status, 404u);
}

} // namespace
} // namespace pillarbox::api

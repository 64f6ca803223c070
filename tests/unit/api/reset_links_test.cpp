#include "tests/unit/api/admin_test.hpp"

#include "storage/reset_links.hpp"

#include <boost/json/array.hpp>
#include <gmock/gmock.h>

namespace pillarbox::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ResetLinksTest : public AdminTest
{
protected:
    static constexpr std::string_view wanted = "battery staple";

    Reply make(const std::string& address)
    {
        return post("/api/v1/admin/accounts/" + id_of(address) + "/reset-link", "{}");
    }

    /// The code of a new link for bob.
    std::string code()
    {
        const auto made = make("bob@example.org");
        EXPECT_EQ(made.status, 201u) << made.body;
        const std::string link(made.json().at("link").as_string());
        return link.substr(link.find('#') + 1);
    }

    Reply stranger(const std::string& path, const std::string& body)
    {
        auto asked = request("POST", "/api/v1/reset-link" + path, body);
        asked.fields.set("Content-Type", "application/json");
        return ask(std::move(asked));
    }

    Reply look(const std::string& code) { return stranger("", R"({"code":")" + code + "\"}"); }
    Reply use(const std::string& code, std::string_view password = wanted)
    {
        return stranger("/password",
                        R"({"code":")" + code + R"(","password":")" + std::string(password) + "\"}");
    }
};

TEST_F(ResetLinksTest, SetAPasswordOnce)
{
    const auto made = make("bob@example.org");
    ASSERT_EQ(made.status, 201u) << made.body;
    EXPECT_EQ(made.field("Cache-Control"), "no-store");
    const std::string link(made.json().at("link").as_string());
    EXPECT_THAT(link, StartsWith("https://localhost:8443/set-password#"));
    const auto code = link.substr(link.find('#') + 1);
    EXPECT_EQ(code.size(), 32u);

    const auto shown = look(code);
    ASSERT_EQ(shown.status, 200u) << shown.body;
    EXPECT_EQ(shown.field("Cache-Control"), "no-store");
    EXPECT_EQ(shown.json().at("address"), "bob@example.org");
    EXPECT_EQ(shown.json().at("expires"), made.json().at("expires"));
    EXPECT_EQ(get("bob", "/api/v1/session").status, 200u) << "looking changes nothing";

    ASSERT_EQ(use(code).status, 200u);
    EXPECT_EQ(get("bob", "/api/v1/session").status, 401u) << "whoever was signed in is so no more";
    EXPECT_EQ(get("alice", "/api/v1/session").status, 200u);
    EXPECT_EQ(sign_in("bob@example.org", password).status, 401u);
    EXPECT_EQ(sign_in("bob@example.org", wanted).status, 200u);

    const auto again = use(code, "another one");
    EXPECT_EQ(again.status, 403u);
    EXPECT_EQ(again.problem(), "forbidden");
    EXPECT_EQ(pointer(again), "/code");
    EXPECT_EQ(sign_in("bob@example.org", wanted).status, 200u);
}

TEST_F(ResetLinksTest, TellTheOwner)
{
    ASSERT_EQ(use(code()).status, 200u);
    const auto signed_in = sign_in("bob@example.org", wanted);
    auto list = request("GET", "/api/v1/mailboxes/inbox/messages");
    const std::string cookie(signed_in.field("Set-Cookie"));
    list.fields.set("Cookie", cookie.substr(0, cookie.find(';')));
    EXPECT_EQ(ask(list).json().at("items").at(0).at("subject"), "Your password was changed");
}

TEST_F(ResetLinksTest, AreRefusedWithoutAnythingToLearn)
{
    const auto old = code();
    const auto newer = code();
    EXPECT_EQ(look(old).status, 403u) << "a newer one took its place";
    EXPECT_EQ(look("abc").body.substr(0, 40), look(old).body.substr(0, 40));
    EXPECT_EQ(look(newer).status, 200u);
    EXPECT_EQ(use(newer, "").status, 400u);
    const auto control = use(newer, "tab\\there");
    EXPECT_EQ(control.status, 400u) << control.body;
    EXPECT_EQ(pointer(control), "/password");
    EXPECT_EQ(use(newer).status, 200u) << "a password that cannot be one does not use it up";

    const auto last = code();
    ASSERT_EQ(patch("/api/v1/admin/accounts/" + id_of("bob@example.org"), R"({"enabled":false})").status,
              200u);
    EXPECT_EQ(look(last).status, 403u);
    const auto disabled = make("bob@example.org");
    EXPECT_EQ(disabled.status, 409u);
    EXPECT_EQ(post("/api/v1/admin/accounts/999/reset-link", "{}").status, 404u);
    EXPECT_EQ(ask(as("carol", "POST", "/api/v1/admin/accounts/1/reset-link", "{}")).status, 403u);
}

TEST_F(ResetLinksTest, GuessesCountAsThoseAtSignIn)
{
    const auto right = code();
    auto guess = request("POST", "/api/v1/reset-link", R"({"code":"wrong"})");
    guess.fields.set("Content-Type", "application/json");
    guess.peer = boost::asio::ip::make_address("192.0.2.9");
    for (int i = 0; i < 5; ++i)
        ASSERT_EQ(ask(guess).status, 403u);
    for (std::size_t i = 5; i < auth::Throttle::failures_to_refuse; ++i)
        login_->was_wrong(guess.peer);
    const auto refused = ask(guess);
    EXPECT_EQ(refused.status, 429u);
    EXPECT_EQ(refused.field("Retry-After"), "900");
    auto sign_in =
        request("POST", "/api/v1/session", R"({"address":"bob@example.org","password":"correct horse"})");
    sign_in.fields.set("Content-Type", "application/json");
    sign_in.peer = guess.peer;
    EXPECT_EQ(ask(sign_in).status, 429u) << "they are the same to whoever guesses";
    EXPECT_EQ(look(right).status, 200u) << "from elsewhere";
}

} // namespace
} // namespace pillarbox::api

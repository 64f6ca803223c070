#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr storage::Time noon{1'764'072'000s}; // 2025-11-25T12:00:00Z

class DevicesTest : public SiteTest
{
protected:
    DevicesTest()
    {
        EXPECT_TRUE(run(store_->accounts().add_app_password(
            "alice@example.org",
            {.label = "Outlook", .password_hash = "hash", .sealed = "", .last_used = std::nullopt})));
        for (int i = 0; i < 2; ++i)
            deliver("alice@example.org", "Subject: x\n\ntext\n");
    }

    /// The device fetches the first message.
    void fetch(const std::string& label, storage::Time at)
    {
        const auto account = run(store_->accounts().find("alice@example.org"))->id;
        storage::Visit visit{.account = account, .label = label, .peer = "192.0.2.7", .at = at};
        visit.mailbox = run(store_->mail().mailboxes(account))->front().id;
        visit.fetched = {{.uid = 1, .at = at + 3min}};
        EXPECT_TRUE(run(store_->devices().quit(visit, {})));
    }

    std::string oldest()
    {
        const auto page = get("alice", "/api/v1/mailboxes/inbox/messages?position=1&limit=1").json();
        return std::string(page.at("items").as_array().at(0).at("id").as_string());
    }
};

TEST_F(DevicesTest, AreListedWithTheirLastVisit)
{
    auto items = get("alice", "/api/v1/devices").json().at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[0], json::value({{"label", nullptr},
                                     {"firstSeen", nullptr},
                                     {"lastSeen", nullptr},
                                     {"address", nullptr},
                                     {"fetched", 0u}}));
    EXPECT_EQ(items[1].at("label"), "Outlook");
    fetch("Outlook", noon);
    fetch("Outlook", noon + 1h);
    items = get("alice", "/api/v1/devices").json().at("items").as_array();
    EXPECT_EQ(items[1], json::value({{"label", "Outlook"},
                                     {"firstSeen", "2025-11-25T12:00:00Z"},
                                     {"lastSeen", "2025-11-25T13:00:00Z"},
                                     {"address", "192.0.2.7"},
                                     {"fetched", 2u}}));
    EXPECT_EQ(get("bob", "/api/v1/devices").json().at("items").as_array().size(), 1u);
    EXPECT_EQ(ask(request("GET", "/api/v1/devices")).status, 401u);
}

TEST_F(DevicesTest, HaveFetchedAMessage)
{
    const auto path = "/api/v1/messages/" + oldest() + "/fetched";
    EXPECT_TRUE(get("alice", path).json().at("items").as_array().empty());
    fetch("Outlook", noon);
    fetch("", noon + 1h);
    EXPECT_EQ(get("alice", path).json().at("items"),
              json::value({{{"device", nullptr}, {"at", "2025-11-25T13:03:00Z"}},
                           {{"device", "Outlook"}, {"at", "2025-11-25T12:03:00Z"}}}));
    const auto other = "/api/v1/messages/" + newest("alice") + "/fetched";
    EXPECT_TRUE(get("alice", other).json().at("items").as_array().empty());
    EXPECT_EQ(get("bob", path).status, 404u); // never 403: whose it is stays unsaid
    for (const std::string id : {"0", "x", "7777"})
        EXPECT_EQ(get("alice", "/api/v1/messages/" + id + "/fetched").problem(), "not-found") << id;
}

TEST_F(DevicesTest, HaveAPolicy)
{
    const auto path = "/api/v1/devices/policy";
    const auto put = [&](std::string_view body) { return ask(as("alice", "PUT", path, body)); };
    EXPECT_EQ(get("alice", path).json(), json::value({{"until", "forever"}, {"grace", nullptr}}));
    EXPECT_EQ(put(R"({"until":"until-fetched"})").json(),
              json::value({{"until", "until-fetched"}, {"grace", 604'800}}));
    EXPECT_EQ(put(R"({"until":"until-fetched","grace":0})").status, 200u);
    EXPECT_EQ(get("alice", path).json(), json::value({{"until", "until-fetched"}, {"grace", 0}}));
    EXPECT_EQ(get("bob", path).json().at("until"), "forever");
    for (const auto* body : {R"({})", R"({"until":"soon"})", R"({"until":"until-fetched","grace":-1})",
                             R"({"until":"until-fetched","grace":"7d"})", R"({"until":"forever","grace":1})",
                             R"({"until":"forever","more":1})"})
        EXPECT_EQ(put(body).problem(), "invalid") << body;
    EXPECT_EQ(get("alice", path).json().at("until"), "until-fetched"); // nothing of these was done
    EXPECT_EQ(put(R"({"until":"forever","grace":null})").status, 200u);
    EXPECT_EQ(get("alice", path).json().at("until"), "forever");
    EXPECT_EQ(ask(request("PUT", path, R"({"until":"forever"})")).status, 401u);
}

} // namespace
} // namespace pillarbox::api

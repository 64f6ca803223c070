#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

class VaultTest : public SiteTest
{
protected:
    void remove(const std::string& subject)
    {
        deliver("alice@example.org", "Subject: " + subject + "\n\n");
        const auto id = newest("alice");
        ask(as("alice", "POST", "/api/v1/messages/batch", R"({"ids":[")" + id + R"("],"action":"delete"})"));
    }

    boost::json::value list(const std::string& cursor = {})
    {
        return get("alice", "/api/v1/deleted" + (cursor.empty() ? "" : "?cursor=" + cursor)).json();
    }

    Reply post(std::string_view verb, std::string_view ids, std::string_view who = "alice")
    {
        return ask(as(who, "POST", "/api/v1/deleted/" + std::string(verb), ids));
    }

    static std::string ids(const boost::json::value& item)
    {
        return R"({"ids":[")" + std::string(item.at("id").as_string()) + "\"]}";
    }
};

TEST_F(VaultTest, GivesBackAndLetsGo)
{
    remove("a");
    remove("b");
    auto kept = list();
    ASSERT_EQ(kept.at("items").as_array().size(), 2u);
    EXPECT_EQ(kept.at("items").at(0).at("subject").as_string(), "b");
    EXPECT_TRUE(kept.at("nextCursor").is_null());
    EXPECT_EQ(post("restore", ids(kept.at("items").at(0)), "bob").status, 404u);
    EXPECT_EQ(post("restore", ids(kept.at("items").at(0))).json().at("changed").as_int64(), 1);
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/inbox").json().at("total").as_int64(), 1);
    EXPECT_EQ(post("forget", ids(kept.at("items").at(1))).status, 200u);
    EXPECT_EQ(post("restore", ids(kept.at("items").at(1))).status, 404u);
    EXPECT_TRUE(list().at("items").as_array().empty());
}

TEST_F(VaultTest, IsReadPageByPage)
{
    for (int i = 0; i < 101; ++i)
        remove(std::to_string(i));
    const auto first = list();
    ASSERT_EQ(first.at("items").as_array().size(), 100u);
    const auto second = list(std::string(first.at("nextCursor").as_string()));
    ASSERT_EQ(second.at("items").as_array().size(), 1u);
    EXPECT_EQ(second.at("items").at(0).at("subject").as_string(), "0");
}

TEST_F(VaultTest, RefusesWhatMakesNoSense)
{
    for (const std::string query : {"?cursor=", "?cursor=1", "?cursor=_", "?cursor=1_x", "?limit=1", "?%"})
        EXPECT_EQ(get("alice", "/api/v1/deleted" + query).status, 400u) << query;
    for (const std::string body :
         {"{}", R"({"ids":[]})", R"({"ids":"1"})", R"({"ids":[1]})", R"({"all":true})"})
        EXPECT_EQ(post("restore", body).status, 400u) << body;
    EXPECT_EQ(post("forget", R"({"ids":["x"]})").status, 404u);
}

} // namespace
} // namespace pillarbox::api

#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace pillarbox::api {
namespace {

class LatestTest : public SiteTest
{
protected:
    void bring(const std::string& subject, const std::string& body, const std::string& type = "text/plain")
    {
        deliver("alice@example.org", "From: Shop <shop@example.net>\nTo: alice+" + subject +
                                         "@example.org\nSubject: " + subject + "\nContent-Type: " + type +
                                         "\n\n" + body + "\n");
    }

    Reply latest(const std::string& query) { return get("alice", "/api/v1/messages/latest" + query); }
};

TEST_F(LatestTest, IsTheNewestThatFits)
{
    EXPECT_EQ(latest("").status, 204u);
    bring("one", "first");
    bring("two", "second");
    EXPECT_EQ(latest("").json().at("subject").as_string(), "two");
    EXPECT_EQ(latest("?q=subject:one").json().at("subject").as_string(), "one");
    EXPECT_EQ(latest("?to=alice%2Bone@example.org").json().at("subject").as_string(), "one");
    EXPECT_EQ(latest("?q=first&to=nobody").status, 204u);
    EXPECT_EQ(get("bob", "/api/v1/messages/latest").status, 204u) << "somebody else's";
}

TEST_F(LatestTest, IsWaitedFor)
{
    bring("one", "first");
    const auto id = newest("alice");
    const auto replies =
        ask_together({as("alice", "GET", "/api/v1/messages/latest?q=is:starred&wait=60"),
                      as("alice", "PATCH", "/api/v1/messages/" + id, R"({"flagged":true})")});
    EXPECT_EQ(replies[0].status, 200u) << replies[0].body;
    EXPECT_EQ(replies[0].json().at("id").as_string(), id);
}

TEST_F(LatestTest, HasItsLinksAndCodes)
{
    bring("text", "Your code is 123456, or https://shop.example/confirm?x=1.");
    auto message = latest("?q=subject:text").json();
    EXPECT_EQ(boost::json::serialize(message.at("links")), R"(["https://shop.example/confirm?x=1"])");
    EXPECT_EQ(boost::json::serialize(message.at("codes")), R"(["123456"])");
    bring("html", "<p>Code:</p><p>AB12CD</p><a href=\"https://shop.example/?a=1&amp;b=2\">x</a>",
          "text/html");
    message = latest("?q=subject:html").json();
    EXPECT_EQ(boost::json::serialize(message.at("links")), R"(["https://shop.example/?a=1&b=2"])");
    EXPECT_EQ(boost::json::serialize(message.at("codes")), R"(["AB12CD"])");
}

TEST_F(LatestTest, RefusesWhatMakesNoSense)
{
    for (const std::string query : {"?wait=61", "?wait=x", "?q=is:strange", "?to=", "?to=a%20b", "?x=1"})
        EXPECT_EQ(latest(query).status, 400u) << query;
    EXPECT_EQ(ask(request("GET", "/api/v1/messages/latest")).status, 401u);
}

} // namespace
} // namespace pillarbox::api

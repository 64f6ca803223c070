#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

#include <thread>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

/// As a query of a URL has it.
std::string encoded(std::string_view text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string all;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        all += '%';
        all += digits[octet >> 4u];
        all += digits[octet & 15u];
    }
    return all;
}

class SearchTest : public SiteTest
{
protected:
    void bring(const std::string& from, const std::string& subject, const std::string& text)
    {
        deliver("alice@example.org", "From: " + from + "\nSubject: " + subject + "\n\n" + text + "\n");
    }

    /// What is stored is found by its words in moments.
    json::object search(std::string_view who, std::string_view words, const std::string& rest = {})
    {
        for (;;) {
            const auto reply = get(who, target(words) + rest);
            EXPECT_EQ(reply.status, 200u) << reply.body;
            if (reply.status != 200) return {};
            auto found = reply.json().as_object();
            if (found.at("behind").as_int64() == 0) return found;
            std::this_thread::yield();
        }
    }

    static std::string target(std::string_view words) { return "/api/v1/messages?q=" + encoded(words); }

    static std::string subjects(const json::object& found)
    {
        std::string all;
        for (const auto& item : found.at("items").as_array())
            all += (all.empty() ? "" : ", ") + std::string(item.at("subject").as_string());
        return all;
    }
};

TEST_F(SearchTest, FindsByWordsAndOperators)
{
    bring("Ada <ada@example.net>", "Lunch", "Twelve thirty?");
    bring("Grace <grace@example.net>", "Stove", "And a pot for lunch.");
    EXPECT_EQ(subjects(search("alice", "lunch")), "Stove, Lunch");
    EXPECT_EQ(search("alice", "lunch").at("total").as_int64(), 2);
    EXPECT_EQ(search("alice", "lunch").at("more").as_bool(), false);
    EXPECT_EQ(subjects(search("alice", "from:ada")), "Lunch");
    EXPECT_EQ(subjects(search("alice", "lunch -subject:lunch")), "Stove");
    EXPECT_EQ(subjects(search("alice", "lunch", "&in=inbox")), "Stove, Lunch");
    EXPECT_EQ(subjects(search("alice", "lunch", "&in=archive")), "");
    EXPECT_EQ(subjects(search("bob", "lunch")), "") << "that is alice's mail";
}

TEST_F(SearchTest, PlacesHoldBeforeOrToo)
{
    bring("Ada <ada@example.net>", "One", "apple");
    EXPECT_EQ(subjects(search("alice", "pear OR apple", "&in=archive")), "");
    EXPECT_EQ(get("alice", target("apple OR") + "&in=inbox").status, 400u);
}

TEST_F(SearchTest, GoesOnByCursor)
{
    for (int i = 1; i <= 5; ++i)
        bring("Ada <ada@example.net>", "Letter " + std::to_string(i), "same");
    const auto first = search("alice", "same", "&limit=2");
    EXPECT_EQ(subjects(first), "Letter 5, Letter 4");
    EXPECT_EQ(first.at("total").as_int64(), 5);
    const std::string cursor(first.at("nextCursor").as_string());
    const auto second = search("alice", "same", "&limit=2&cursor=" + cursor);
    EXPECT_EQ(subjects(second), "Letter 3, Letter 2");
    EXPECT_TRUE(second.at("total").is_null());
    const auto third =
        search("alice", "same", "&limit=2&cursor=" + std::string(second.at("nextCursor").as_string()));
    EXPECT_EQ(subjects(third), "Letter 1");
    EXPECT_TRUE(third.at("nextCursor").is_null());

    EXPECT_EQ(get("alice", target("other") + "&cursor=" + cursor).status, 400u) << "of other words";
    EXPECT_EQ(get("alice", target("same") + "&in=inbox&cursor=" + cursor).status, 400u) << "of another place";
    EXPECT_EQ(get("bob", target("same") + "&cursor=" + cursor).status, 400u) << "of another account";
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/inbox/messages?cursor=" + cursor).status, 400u);
}

TEST_F(SearchTest, MayBeginWithTheOldest)
{
    for (int i = 1; i <= 3; ++i)
        bring("Ada <ada@example.net>", "Letter " + std::to_string(i), "same");
    EXPECT_EQ(subjects(search("alice", "same", "&sort=-received")), "Letter 3, Letter 2, Letter 1");
    const auto first = search("alice", "same", "&sort=received&limit=2");
    EXPECT_EQ(subjects(first), "Letter 1, Letter 2");
    const auto next = "&cursor=" + std::string(first.at("nextCursor").as_string());
    EXPECT_EQ(subjects(search("alice", "same", "&sort=received" + next)), "Letter 3");
    EXPECT_EQ(subjects(search("alice", "same", "&sort=received&collapse=thread")),
              "Letter 1, Letter 2, Letter 3");
    EXPECT_EQ(get("alice", target("same") + next).status, 400u) << "of the other order";
}

TEST_F(SearchTest, GathersConversations)
{
    const auto answer = [&](const std::string& subject, const std::string& to) {
        deliver("alice@example.org", "From: Ada <ada@example.net>\nSubject: " + subject + "\nMessage-ID: <" +
                                         subject + "@example.net>\n" + to + "\nsame\n");
    };
    for (const std::string subject : {"a", "b", "c"})
        answer(subject, "");
    answer("d", "References: <a@example.net>\n");
    const auto single = search("alice", "same");
    EXPECT_EQ(subjects(single), "d, c, b, a");
    EXPECT_FALSE(single.at("items").at(0).as_object().contains("conversation"));

    const auto first = search("alice", "same", "&collapse=thread&limit=2");
    EXPECT_EQ(subjects(first), "d, c");
    EXPECT_EQ(first.at("total").as_int64(), 3);
    EXPECT_EQ(first.at("items").at(0).at("conversation").at("messages").as_int64(), 2);
    EXPECT_EQ(first.at("items").at(1).at("conversation").at("unread").as_int64(), 1);
    const std::string cursor(first.at("nextCursor").as_string());
    const auto second = search("alice", "same", "&collapse=thread&cursor=" + cursor);
    EXPECT_EQ(subjects(second), "b") << "the rest of the first row's conversation is in that row";
    EXPECT_TRUE(second.at("nextCursor").is_null());
    const auto narrow = search("alice", "same subject:d", "&collapse=thread&in=inbox");
    EXPECT_EQ(narrow.at("items").at(0).at("conversation").at("messages").as_int64(), 1) << "what was found";

    EXPECT_EQ(get("alice", target("same") + "&cursor=" + cursor).status, 400u) << "of another list";
    EXPECT_EQ(get("alice", target("same") + "&collapse=all").status, 400u);
}

TEST_F(SearchTest, PointsAtAMistake)
{
    const auto reply = get("alice", target("lunch is:unraed"));
    EXPECT_EQ(reply.status, 400u);
    EXPECT_EQ(reply.problem(), "invalid");
    const auto error = reply.json().at("errors").at(0);
    EXPECT_EQ(error.at("pointer").as_string(), "/q");
    EXPECT_EQ(error.at("offset").as_int64(), 9);
    const std::string detail(error.at("detail").as_string());
    EXPECT_EQ(reply.json().at("detail").as_string(), detail);
    EXPECT_TRUE(detail.ends_with(".") && !detail.ends_with("..")) << detail;
}

TEST_F(SearchTest, RefusesWhatIsNoSearch)
{
    for (const std::string query : {"", "?q=", "?q=a&limit=0", "?q=a&limit=201", "?q=a&cursor=x",
                                    "?q=a&position=1", "?q=a&in=nowhere", "?q=%", "?q=a&sort=size"})
        EXPECT_EQ(get("alice", "/api/v1/messages" + query).status, 400u) << query;
}

} // namespace
} // namespace pillarbox::api

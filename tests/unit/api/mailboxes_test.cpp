#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class MailboxesTest : public SiteTest
{
protected:
    void fill(int first, int last)
    {
        for (int i = first; i <= last; ++i)
            deliver("alice@example.org",
                    "From: Ada <ada@example.net>\nSubject: Letter " + std::to_string(i) + "\n\nText.\n");
    }

    json::object list(std::string_view query)
    {
        return get("alice", path + std::string(query)).json().as_object();
    }

    static std::string subjects(const json::object& page)
    {
        std::string all;
        for (const auto& item : page.at("items").as_array()) {
            const std::string subject(item.at("subject").as_string());
            all += (all.empty() ? "" : " ") + subject.substr(subject.find(' ') + 1);
        }
        return all;
    }

    static std::string text(const json::object& page, std::string_view name)
    {
        const auto& value = page.at(name);
        return value.is_null() ? std::string{} : std::string(value.as_string());
    }

    storage::AccountId account() { return run(store_->accounts().find("alice@example.org"))->id; }

    const std::string path = "/api/v1/mailboxes/inbox/messages";
};

TEST_F(MailboxesTest, AllHaveTheirRoles)
{
    const auto items = get("alice", "/api/v1/mailboxes").json().at("items").as_array();
    std::string roles;
    for (const auto& item : items)
        roles += std::string(item.at("role").as_string()) + " ";
    EXPECT_EQ(roles, "inbox drafts sent archive junk trash ");
}

TEST_F(MailboxesTest, CountWhatIsThere)
{
    fill(1, 3);
    const auto one = get("alice", "/api/v1/mailboxes/inbox").json();
    EXPECT_EQ(one.at("total").as_int64(), 3);
    EXPECT_EQ(one.at("unread").as_int64(), 3);
    const auto by_id = get("alice", "/api/v1/mailboxes/" + std::string(one.at("id").as_string())).json();
    EXPECT_EQ(by_id, one);
    ask(as("alice", "PATCH", "/api/v1/messages/" + newest("alice"), R"({"seen":true})"));
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/inbox").json().at("unread").as_int64(), 2);
    EXPECT_EQ(get("bob", "/api/v1/mailboxes/" + std::string(one.at("id").as_string())).status, 404u);
    for (const std::string name : {"own", "nothing", "0", "-1", "99999999999999999999", "Inbox"})
        EXPECT_EQ(get("alice", "/api/v1/mailboxes/" + name).status, 404u) << name;
}

TEST_F(MailboxesTest, ListsByPosition)
{
    fill(1, 7);
    EXPECT_EQ(subjects(list("")), "7 6 5 4 3 2 1");
    EXPECT_EQ(subjects(list("?position=2&limit=3")), "5 4 3");
    EXPECT_EQ(list("?position=2&limit=3").at("position").as_int64(), 2);
    EXPECT_EQ(list("?position=2&limit=3").at("total").as_int64(), 7);
    EXPECT_EQ(subjects(list("?position=100")), "");
    EXPECT_TRUE(list("").at("nextCursor").is_null());
    EXPECT_TRUE(list("").at("prevCursor").is_null());
}

TEST_F(MailboxesTest, ListsByCursorWhileMailArrives)
{
    fill(1, 7);
    const auto first = list("?limit=3");
    EXPECT_EQ(subjects(first), "7 6 5");
    fill(8, 9);
    const auto second = list("?limit=3&cursor=" + text(first, "nextCursor"));
    EXPECT_EQ(subjects(second), "4 3 2") << "behind the row it followed, whatever came";
    EXPECT_EQ(second.at("position").as_int64(), 5);
    const auto third = list("?limit=3&cursor=" + text(second, "nextCursor"));
    EXPECT_EQ(subjects(third), "1");
    EXPECT_TRUE(third.at("nextCursor").is_null());
    EXPECT_EQ(subjects(list("?limit=3&cursor=" + text(third, "prevCursor"))), "4 3 2");
    const auto back = list("?limit=3&cursor=" + text(second, "prevCursor"));
    EXPECT_EQ(subjects(back), "7 6 5");
    EXPECT_EQ(subjects(list("?limit=3&cursor=" + text(back, "prevCursor"))), "9 8");
}

TEST_F(MailboxesTest, CursorsOutliveTheirRow)
{
    fill(1, 5);
    const auto first = list("?limit=2");
    const auto last = std::stoll(std::string(first.at("items").as_array().back().at("id").as_string()));
    ASSERT_TRUE(run(store_->mail().expunge(account(), {storage::MessageId{last}})));
    EXPECT_EQ(subjects(list("?limit=2&cursor=" + text(first, "nextCursor"))), "3 2");
}

TEST_F(MailboxesTest, ListsOldestFirstWhereThatIsAskedFor)
{
    fill(1, 7);
    EXPECT_EQ(subjects(list("?sort=-received")), "7 6 5 4 3 2 1");
    EXPECT_EQ(subjects(list("?sort=received")), "1 2 3 4 5 6 7");
    const auto middle = list("?sort=received&position=2&limit=3");
    EXPECT_EQ(subjects(middle), "3 4 5");
    EXPECT_EQ(middle.at("position").as_int64(), 2);
    EXPECT_EQ(middle.at("total").as_int64(), 7);
    EXPECT_EQ(subjects(list("?sort=received&position=5&limit=3")), "6 7");
    EXPECT_EQ(subjects(list("?sort=received&position=100")), "");
    EXPECT_TRUE(list("?sort=received").at("nextCursor").is_null());
    EXPECT_TRUE(list("?sort=received").at("prevCursor").is_null());

    const auto first = list("?sort=received&limit=3");
    EXPECT_TRUE(first.at("prevCursor").is_null());
    fill(8, 8);
    const auto second = list("?sort=received&limit=3&cursor=" + text(first, "nextCursor"));
    EXPECT_EQ(subjects(second), "4 5 6");
    EXPECT_EQ(second.at("position").as_int64(), 3);
    const auto third = list("?sort=received&limit=3&cursor=" + text(second, "nextCursor"));
    EXPECT_EQ(subjects(third), "7 8");
    EXPECT_TRUE(third.at("nextCursor").is_null());
    EXPECT_EQ(subjects(list("?sort=received&limit=2&cursor=" + text(third, "prevCursor"))), "5 6");
    EXPECT_EQ(get("alice", path + "?cursor=" + text(first, "nextCursor")).status, 400u) << "of another order";
}

TEST_F(MailboxesTest, ARowMayBeAConversation)
{
    const auto bring = [&](const std::string& name, const std::string& more) {
        deliver("alice@example.org", "From: Ada <ada@example.net>\nSubject: " + name + "\nMessage-ID: <" +
                                         name + "@example.net>\n" + more + "\n\nText.\n");
    };
    bring("a", "");
    bring("b", "");
    bring("c", "In-Reply-To: <a@example.net>");
    const std::string list = "/api/v1/mailboxes/inbox/messages?collapse=thread";
    const auto page = get("alice", list).json();
    EXPECT_EQ(page.at("total").as_int64(), 2);
    const auto& rows = page.at("items").as_array();
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].at("subject").as_string(), "c");
    EXPECT_EQ(rows[0].at("conversation").at("messages").as_int64(), 2);
    EXPECT_EQ(rows[0].at("conversation").at("unread").as_int64(), 2);
    EXPECT_EQ(rows[1].at("conversation").at("messages").as_int64(), 1);
    EXPECT_NE(rows[0].at("thread"), rows[1].at("thread"));
    const auto single = get("alice", "/api/v1/mailboxes/inbox/messages").json();
    EXPECT_EQ(single.at("total").as_int64(), 3);
    EXPECT_FALSE(single.at("items").as_array()[0].as_object().contains("conversation"));
    EXPECT_EQ(single.at("items").as_array()[2].at("thread"), rows[0].at("thread"));

    const auto second = get("alice", list + "&limit=1").json();
    const auto next =
        get("alice", list + "&cursor=" + std::string(second.at("nextCursor").as_string())).json();
    ASSERT_EQ(next.at("items").as_array().size(), 1u);
    EXPECT_EQ(next.at("items").as_array()[0].at("subject").as_string(), "b");
    const auto back = get("alice", list + "&cursor=" + std::string(next.at("prevCursor").as_string())).json();
    EXPECT_EQ(back.at("items").as_array()[0].at("subject").as_string(), "c");
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/inbox/messages?collapse=all").status, 400u);

    const auto oldest = get("alice", list + "&sort=received").json();
    EXPECT_EQ(oldest.at("items").as_array()[0].at("subject").as_string(), "b");
    EXPECT_EQ(oldest.at("items").as_array()[0].at("conversation").at("messages").as_int64(), 1);
    EXPECT_EQ(oldest.at("items").as_array()[1].at("conversation").at("messages").as_int64(), 2);
}

TEST_F(MailboxesTest, RefusesWhatIsNoListing)
{
    fill(1, 3);
    const auto cursor = text(list("?limit=1"), "nextCursor");
    for (const std::string query :
         {"?limit=0", "?limit=201", "?limit=x", "?limit=-1", "?position=x", "?position=-1", "?cursor=x",
          "?cursor=", "?cursor=a3.AAAAAAAAAAAAAAAAAAAAAA", "?q=search", "?limit=%", "?sort=size"})
        EXPECT_EQ(get("alice", path + query).status, 400u) << query;
    EXPECT_EQ(get("alice", path + "?position=1&cursor=" + cursor).status, 400u);
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/sent/messages?cursor=" + cursor).status, 400u)
        << "of another mailbox";
    EXPECT_EQ(get("bob", path + "?cursor=" + cursor).status, 400u) << "of another account";
}

TEST_F(MailboxesTest, SaysThatNothingChanged)
{
    fill(1, 2);
    for (const std::string& target :
         {path, std::string("/api/v1/mailboxes"), std::string("/api/v1/mailboxes/inbox")}) {
        const auto first = get("alice", target);
        auto again = as("alice", "GET", target);
        again.fields.set("If-None-Match", first.field("ETag"));
        EXPECT_TRUE(first.field("ETag").starts_with("W/\"")) << target;
        EXPECT_EQ(ask(again).status, 304u) << target;
        deliver("alice@example.org", "Subject: new\n\n.\n");
        EXPECT_EQ(ask(again).status, 200u) << target;
    }
}

TEST_F(MailboxesTest, ARowHasAllThatARowShows)
{
    deliver("alice@example.org", "From: =?UTF-8?Q?J=C3=BCrgen?= <j@example.net>\nSubject: "
                                 "=?UTF-8?B?R3LDvMOfZQ==?=\n\nHallo <b>Alice</b>\n");
    const auto row = list("").at("items").as_array().at(0).as_object();
    EXPECT_EQ(row.at("from").at("name").as_string(), "Jürgen");
    EXPECT_EQ(row.at("from").at("address").as_string(), "j@example.net");
    EXPECT_EQ(row.at("subject").as_string(), "Grüße");
    EXPECT_EQ(row.at("preview").as_string(), "Hallo <b>Alice</b>");
    EXPECT_EQ(row.at("flags").at("seen").as_bool(), false);
    EXPECT_EQ(row.at("attachments").as_bool(), false);
    EXPECT_EQ(std::string(row.at("received").as_string()).back(), 'Z');
}

} // namespace
} // namespace pillarbox::api

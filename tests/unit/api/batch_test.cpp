#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

#include <thread>

namespace pillarbox::api {
namespace {

class BatchTest : public SiteTest
{
protected:
    std::string letter(const std::string& subject)
    {
        deliver("alice@example.org", "From: Ada <ada@example.net>\nSubject: " + subject + "\n\nText.\n");
        return newest("alice");
    }

    Reply batch(const std::string& body, std::string_view who = "alice")
    {
        return ask(as(who, "POST", "/api/v1/messages/batch", body));
    }

    Reply undo(const Reply& done, std::string_view who = "alice")
    {
        const std::string token(done.json().at("undoToken").as_string());
        return ask(as(who, "POST", "/api/v1/undo", R"({"token":")" + token + "\"}"));
    }

    /// The subjects in a mailbox, newest first; those that are unread with a star.
    std::string subjects(const std::string& mailbox)
    {
        std::string all;
        const auto page = get("alice", "/api/v1/mailboxes/" + mailbox + "/messages?limit=200").json();
        for (const auto& item : page.at("items").as_array()) {
            all += (all.empty() ? "" : " ") + std::string(item.at("subject").as_string());
            if (!item.at("flags").at("seen").as_bool()) all += "*";
        }
        return all;
    }

    /// A letter that answers `to`, if to anything.
    std::string answer(const std::string& subject, const std::string& to = {})
    {
        const auto references = to.empty() ? "" : "References: <" + to + "@example.net>\n";
        deliver("alice@example.org", "From: Ada <ada@example.net>\nSubject: " + subject + "\nMessage-ID: <" +
                                         subject + "@example.net>\n" + references + "\nText.\n");
        return newest("alice");
    }

    /// The index comes behind the commit.
    void await_index()
    {
        while (get("alice", "/api/v1/messages?q=text").json().at("behind").as_int64() > 0)
            std::this_thread::yield();
    }

    boost::json::value finished(const std::string& job)
    {
        for (int i = 0; i < 10'000; ++i) {
            auto shown = get("alice", "/api/v1/jobs/" + job).json();
            if (shown.at("state").as_string() != "running") return shown;
        }
        throw std::runtime_error("the job does not end");
    }
};

TEST_F(BatchTest, MovesAndTakesItBack)
{
    const auto a = letter("a"), b = letter("b"), c = letter("c");
    const auto done = batch(R"({"ids":[")" + a + R"(",")" + b + R"("],"action":"move","mailbox":"trash"})");
    ASSERT_EQ(done.status, 200u) << done.body;
    EXPECT_EQ(done.json().at("changed").as_int64(), 2);
    EXPECT_EQ(subjects("inbox"), "c*");
    EXPECT_EQ(subjects("trash"), "b* a*") << "in the order they had";
    EXPECT_EQ(undo(done, "bob").status, 404u) << "somebody else's";
    EXPECT_EQ(undo(done).json().at("changed").as_int64(), 2);
    EXPECT_EQ(subjects("trash"), "");
    EXPECT_EQ(subjects("inbox").size(), std::string_view("a* b* c*").size()) << "all three";
    EXPECT_EQ(undo(done).problem(), "not-found") << "once";
}

TEST_F(BatchTest, MarksAndTakesBackWhatItChanged)
{
    const auto a = letter("a"), b = letter("b");
    ask(as("alice", "PATCH", "/api/v1/messages/" + a, R"({"seen":true})"));
    const auto done = batch(R"({"ids":[")" + a + R"(",")" + b + R"("],"action":"mark","seen":true})");
    EXPECT_EQ(done.json().at("changed").as_int64(), 1) << "the other was read already";
    EXPECT_EQ(subjects("inbox"), "b a");
    undo(done);
    EXPECT_EQ(subjects("inbox"), "b* a");
    const auto nothing = batch(R"({"ids":[")" + a + R"("],"action":"mark","seen":true})");
    EXPECT_EQ(nothing.json().at("changed").as_int64(), 0);
    EXPECT_TRUE(nothing.json().at("undoToken").is_null());
}

TEST_F(BatchTest, DeletesIntoTheVaultAndBringsBack)
{
    const auto a = letter("a");
    const auto done = batch(R"({"ids":[")" + a + R"("],"action":"delete"})");
    ASSERT_EQ(done.status, 200u) << done.body;
    EXPECT_EQ(subjects("inbox"), "");
    EXPECT_EQ(undo(done).json().at("changed").as_int64(), 1);
    EXPECT_EQ(subjects("inbox"), "a*");
}

TEST_F(BatchTest, PassesOverWhatHasGoneAndWhatIsAnothers)
{
    const auto a = letter("a");
    const auto gone = batch(R"({"ids":["99999","x",")" + a + R"("],"action":"move","mailbox":"archive"})");
    EXPECT_EQ(gone.json().at("changed").as_int64(), 1);
    const auto again = batch(R"({"ids":[")" + a + R"("],"action":"move","mailbox":"archive"})");
    EXPECT_EQ(again.json().at("changed").as_int64(), 0);
    const auto b = letter("b");
    const auto others = batch(R"({"ids":[")" + b + R"("],"action":"move","mailbox":"trash"})", "bob");
    EXPECT_EQ(others.json().at("changed").as_int64(), 0);
    EXPECT_EQ(subjects("inbox"), "b*");
}

TEST_F(BatchTest, TakesAllOfASearchAndOfAMailbox)
{
    const auto a = letter("tree a"), b = letter("tree b");
    letter("stone");
    const auto body = R"({"query":"subject:tree","in":"inbox","except":[")" + b +
                      R"("],"action":"move","mailbox":"archive"})";
    while (get("alice", "/api/v1/messages?q=subject:tree").json().at("total").as_int64() < 2)
        std::this_thread::yield(); // the index comes behind the commit
    EXPECT_EQ(batch(body).json().at("changed").as_int64(), 1);
    EXPECT_EQ(subjects("archive"), "tree a*");
    EXPECT_EQ(batch(R"({"in":"inbox","action":"mark","seen":true})").json().at("changed").as_int64(), 2);
    EXPECT_EQ(subjects("inbox"), "stone tree b");
    EXPECT_EQ(batch(R"({"in":"inbox","action":"move","mailbox":"inbox"})").json().at("changed").as_int64(),
              0);
}

TEST_F(BatchTest, MoreThanItsShareIsAJob)
{
    for (int i = 0; i < 501; ++i)
        letter(std::to_string(i));
    const auto started = batch(R"({"in":"inbox","action":"move","mailbox":"archive"})");
    ASSERT_EQ(started.status, 202u) << started.body;
    const std::string id(started.json().at("job").as_string());
    EXPECT_EQ(started.field("Location"), "/api/v1/jobs/" + id);
    EXPECT_EQ(get("bob", "/api/v1/jobs/" + id).status, 404u);
    EXPECT_EQ(get("alice", "/api/v1/jobs").json().at("items").as_array().size(), 1u);
    const auto job = finished(id);
    EXPECT_EQ(job.at("state").as_string(), "done");
    EXPECT_EQ(job.at("done").as_int64(), 501);
    EXPECT_EQ(job.at("total").as_int64(), 501);
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/archive").json().at("total").as_int64(), 501);
    const auto first = get("alice", "/api/v1/mailboxes/archive/messages?limit=1").json();
    EXPECT_EQ(first.at("items").at(0).at("subject").as_string(), "500") << "the newest is on top";
    const std::string token(job.at("undoToken").as_string());
    const auto back = ask(as("alice", "POST", "/api/v1/undo", R"({"token":")" + token + "\"}"));
    EXPECT_EQ(back.json().at("changed").as_int64(), 501);
    EXPECT_EQ(get("alice", "/api/v1/mailboxes/inbox").json().at("total").as_int64(), 501);
}

TEST_F(BatchTest, AJobCanBeCancelled)
{
    for (int i = 0; i < 501; ++i)
        letter(std::to_string(i));
    const auto started = batch(R"({"in":"inbox","action":"delete"})");
    const std::string id(started.json().at("job").as_string());
    EXPECT_EQ(ask(as("bob", "DELETE", "/api/v1/jobs/" + id)).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/jobs/" + id)).status, 200u);
    const auto job = finished(id); // it may have been quicker
    const bool whole = job.at("done").as_int64() == 501;
    EXPECT_EQ(job.at("state").as_string(), whole ? "done" : "cancelled");
    const auto left = get("alice", "/api/v1/mailboxes/inbox").json().at("total").as_int64();
    EXPECT_EQ(left, 501 - job.at("done").as_int64());
}

TEST_F(BatchTest, TakesWholeConversations)
{
    const auto first = answer("a");
    const auto other = answer("b");
    answer("c", "a");
    EXPECT_EQ(batch(R"({"ids":[")" + first + R"("],"collapse":"all","action":"delete"})").status, 400u);
    const auto marked =
        batch(R"({"ids":[")" + first + R"("],"collapse":"thread","action":"mark","seen":true})");
    EXPECT_EQ(marked.json().at("changed").as_int64(), 2);
    EXPECT_EQ(subjects("inbox"), "c b* a");
    const auto moved = batch(R"({"in":"inbox","except":[")" + first +
                             R"("],"collapse":"thread","action":"move","mailbox":"archive"})");
    EXPECT_EQ(moved.json().at("changed").as_int64(), 1);
    EXPECT_EQ(subjects("inbox"), "c a");
    EXPECT_EQ(batch(R"({"ids":[")" + other + R"("],"collapse":"thread","action":"delete"})", "bob")
                  .json()
                  .at("changed")
                  .as_int64(),
              0);
}

TEST_F(BatchTest, TakesOfConversationsWhatASearchFinds)
{
    const auto first = answer("a");
    const auto other = answer("b");
    const auto last = answer("c", "a");
    batch(R"({"ids":[")" + answer("d", "a") + R"("],"action":"move","mailbox":"archive"})");
    await_index();
    const auto changed = [&](const std::string& which, std::string_view who = "alice") {
        const auto done = batch(which + R"(,"collapse":"thread","action":"mark","seen":true})", who);
        EXPECT_EQ(done.status, 200u) << done.body;
        if (done.json().at("undoToken").is_string()) undo(done);
        return done.json().at("changed").as_int64();
    };
    EXPECT_EQ(changed(R"({"ids":[")" + first + R"("],"query":"text")"), 3) << "in all mailboxes";
    EXPECT_EQ(changed(R"({"ids":[")" + first + R"("],"query":"text","in":"inbox")"), 2);
    EXPECT_EQ(changed(R"({"ids":[")" + last + R"("],"query":"text -subject:a")"), 2);
    EXPECT_EQ(changed(R"({"ids":[")" + last + R"(",")" + other + R"("],"query":"text")"), 4);
    EXPECT_EQ(changed(R"({"ids":[")" + first + R"("])"), 2) << "in its mailbox, without a search";
    EXPECT_EQ(changed(R"({"ids":[")" + first + R"("],"query":"text")", "bob"), 0);
    EXPECT_EQ(changed(R"({"query":"text","except":[")" + last + R"("])"), 1);
    EXPECT_EQ(changed(R"({"query":"text","in":"inbox","except":[")" + other + R"("])"), 2);
    EXPECT_EQ(changed(R"({"query":"text","except":["99999"])"), 4);
}

TEST_F(BatchTest, LeavesWhatIsBeingSent)
{
    const auto draft =
        ask(as("alice", "POST", "/api/v1/drafts", R"({"to":[{"address":"bob@example.org"}]})"));
    const std::string id(draft.json().at("id").as_string());
    auto sending = as("alice", "POST", "/api/v1/drafts/" + id + "/send", "{}");
    sending.fields.set("Idempotency-Key", "key");
    ASSERT_EQ(ask(sending).status, 202u);
    const auto refused = batch(R"({"in":"drafts","action":"move","mailbox":"trash"})");
    EXPECT_EQ(refused.problem(), "conflict") << refused.body;
}

TEST_F(BatchTest, RefusesWhatMakesNoSense)
{
    const auto a = letter("a");
    for (const std::string body : {
             R"({"action":"mark","seen":true})",
             R"({"ids":["1"],"in":"inbox","action":"mark","seen":true})",
             R"({"ids":["1"],"query":"x","action":"mark","seen":true})",
             R"({"ids":["1"],"in":"inbox","collapse":"thread","action":"mark","seen":true})",
             R"({"ids":["1"],"query":"is:strange","collapse":"thread","action":"mark","seen":true})",
             R"({"ids":["1"],"query":"x","collapse":"all","action":"mark","seen":true})",
             R"({"ids":["1"],"action":"mark"})",
             R"({"ids":["1"],"action":"move"})",
             R"({"ids":["1"],"action":"move","mailbox":"nowhere"})",
             R"({"ids":["1"],"action":"move","mailbox":"drafts"})",
             R"({"ids":["1"],"action":"burn"})",
             R"({"ids":["1"],"action":"delete","seen":true})",
             R"({"ids":["1"],"action":"delete","mailbox":"trash"})",
             R"({"ids":[1],"action":"delete"})",
             R"({"ids":"1","action":"delete"})",
             R"({"query":"is:strange","action":"delete"})",
             R"({"in":"nowhere","action":"delete"})",
             R"({"ids":["1"]})",
             R"({"ids":["1"],"action":"delete","force":true})",
         })
        EXPECT_EQ(batch(body).status, 400u) << body;
    std::string many = R"({"action":"delete","ids":["1")";
    for (int i = 0; i < 500; ++i)
        many += R"(,"1")";
    EXPECT_EQ(batch(many + "]}").status, 400u);
    EXPECT_EQ(ask(request("POST", "/api/v1/messages/batch", R"({"ids":[],"action":"delete"})")).status, 401u);
    EXPECT_EQ(ask(as("alice", "POST", "/api/v1/undo", R"({"token":"x"})")).status, 404u);
    EXPECT_EQ(ask(as("alice", "POST", "/api/v1/undo", "{}")).status, 400u);
    EXPECT_EQ(get("alice", "/api/v1/jobs/x").status, 404u);
    EXPECT_EQ(subjects("inbox"), "a*");
}

} // namespace
} // namespace pillarbox::api

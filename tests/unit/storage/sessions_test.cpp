#include "storage/sessions.hpp"

#include "tests/unit/storage/store_test.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class SessionsTest : public StoreTest
{
public:
    WebSession session(const std::string& digest, std::chrono::seconds life = 1h)
    {
        const auto now = storage::now();
        return {digest, account("alice@example.org"), "csrf", now, now + life};
    }
};

TEST_F(SessionsTest, EndWhenTheyShould)
{
    const std::string digest("\x00\xff digest", 9);
    ASSERT_TRUE(run(sessions().add(session(digest))));
    auto found = run(sessions().find(digest));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->csrf, "csrf");
    EXPECT_EQ(found->account, account("alice@example.org"));
    reopen(); // they outlive a restart
    EXPECT_TRUE(run(sessions().find(digest)));
    EXPECT_EQ(run(sessions().find("another")).error(), Errc::not_found);

    ASSERT_TRUE(run(sessions().add(session("expired", -1s))));
    EXPECT_EQ(run(sessions().find("expired")).error(), Errc::not_found);

    ASSERT_TRUE(run(sessions().remove(digest)));
    EXPECT_EQ(run(sessions().find(digest)).error(), Errc::not_found);
    EXPECT_TRUE(run(sessions().remove(digest)));

    ASSERT_TRUE(run(sessions().add(session("before"))));
    ASSERT_TRUE(run(accounts().set_password("alice@example.org", "new", "")));
    EXPECT_EQ(run(sessions().find("before")).error(), Errc::not_found);

    const AccountId alice = account("alice@example.org");
    ASSERT_TRUE(run(sessions().add(session("renewed"))));
    ASSERT_TRUE(run(accounts().renew_hash(alice, "new", "newer")));
    EXPECT_TRUE(run(sessions().find("renewed"))) << "the password is the same";
    EXPECT_EQ(run(accounts().renew_hash(alice, "new", "newest")).error(), Errc::not_found)
        << "it was changed meanwhile";
    EXPECT_EQ(run(accounts().find(alice))->password_hash, "newer");

    ASSERT_TRUE(run(sessions().add(session("disabled"))));
    ASSERT_TRUE(run(accounts().set_enabled("alice@example.org", false)));
    EXPECT_EQ(run(sessions().find("disabled")).error(), Errc::not_found);
    ASSERT_TRUE(run(accounts().set_enabled("alice@example.org", true)));
    EXPECT_EQ(run(sessions().find("disabled")).error(), Errc::not_found);
}

TEST_F(SessionsTest, AreListedAndEnded)
{
    auto browser = session("one");
    browser.agent = "Firefox";
    browser.peer = "192.0.2.7";
    ASSERT_TRUE(run(sessions().add(browser)));
    ASSERT_TRUE(run(sessions().add(session("two"))));
    ASSERT_TRUE(run(sessions().add(session("expired", -1s))));
    core().upkeep->run_once();
    const AccountId alice = account("alice@example.org");
    const AccountId bob = account("bob@example.org");
    auto list = run(sessions().list(alice));
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 2u);
    const auto one = std::ranges::find(*list, "one", &WebSession::digest);
    ASSERT_NE(one, list->end());
    EXPECT_EQ(one->agent, "Firefox");
    EXPECT_EQ(one->peer, "192.0.2.7");
    EXPECT_EQ(one->csrf, "") << "it is nobody else's to know";
    EXPECT_FALSE(one->last_seen);
    EXPECT_TRUE(run(sessions().list(bob))->empty());

    sessions().touch("one", "2001:db8::1");
    sessions().touch("none", "2001:db8::1");
    for (const bool again : {false, true}) {
        if (again) reopen(); // by then it is written down
        list = run(sessions().list(alice));
        const auto touched = std::ranges::find(*list, "one", &WebSession::digest);
        EXPECT_TRUE(touched->last_seen) << again;
        EXPECT_EQ(touched->peer, "2001:db8::1") << again;
    }

    EXPECT_EQ(run(sessions().end(bob, "one")).error(), Errc::not_found);
    ASSERT_TRUE(run(sessions().end(alice, "one")));
    EXPECT_EQ(run(sessions().end(alice, "one")).error(), Errc::not_found);
    ASSERT_TRUE(run(sessions().add(session("three"))));
    EXPECT_EQ(*run(sessions().end_others(alice, "three")), 1u);
    EXPECT_TRUE(run(sessions().find("three")));
    EXPECT_EQ(run(sessions().list(alice))->size(), 1u);
}

TEST_F(SessionsTest, AreSweptAndBounded)
{
    const auto count = [this] {
        auto work = [](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, "SELECT count(*) FROM web_session");
            row.step();
            return row.integer(0);
        };
        return *run(sqlite::submit(*core().readers, work));
    };
    ASSERT_TRUE(run(sessions().add(session("expired", -1s))));
    core().upkeep->run_once();
    EXPECT_EQ(count(), 0);
    for (int i = 0; i < 120; ++i) {
        auto next = session(std::to_string(i));
        next.created += std::chrono::seconds(i);
        ASSERT_TRUE(run(sessions().add(next)));
    }
    EXPECT_EQ(count(), 100);
    EXPECT_TRUE(run(sessions().find("119")));
    EXPECT_FALSE(run(sessions().find("0")));
}

} // namespace
} // namespace pillarbox::storage

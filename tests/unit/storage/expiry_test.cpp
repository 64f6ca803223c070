#include "tests/unit/storage/store_test.hpp"

#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/expiry.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

class ExpiryTest : public StoreTest
{
public:
    ExpiryTest()
    {
        options_.vault = 1h;
        expire_after(days{30});
    }

    void expire_after(days term)
    {
        options_.expire = term;
        reopen();
    }

    /// As if so much time had passed since the messages came that are there now.
    void age(std::chrono::seconds time)
    {
        auto work = [time](sqlite::Database& database) -> Result<void> {
            database.run("UPDATE msg SET placed = placed - ? WHERE placed > 0", time.count());
            database.run("UPDATE message SET received = received - ?", time.count());
            database.run("UPDATE conversation SET received = received - ?", time.count());
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(submit_and_wait(*core().writer, work));
    }

    /// As they were before it was kept when a message came.
    void forget_when_placed()
    {
        auto work = [](sqlite::Database& database) -> Result<void> {
            database.run("UPDATE msg SET placed = 0");
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(submit_and_wait(*core().writer, work));
    }

    std::size_t left(const std::string& address) { return entries(address).size(); }

    std::size_t kept(const std::string& address)
    {
        return run(vault().list(account(address), std::nullopt, 1000))->size();
    }
};

TEST_F(ExpiryTest, TakesWhatHasHadItsDaysIntoTheVault)
{
    ASSERT_TRUE(deliver("old", {alice, bob}));
    age(days{10});
    ASSERT_TRUE(deliver("newer", {alice}));
    age(days{20} - 1min);
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 2u);
    EXPECT_EQ(left(bob), 1u);

    age(2min);
    const auto expected = entries(alice).back().id;
    core().upkeep->run_once();
    ASSERT_EQ(left(alice), 1u);
    EXPECT_EQ(entries(alice).front().id, expected);
    EXPECT_EQ(left(bob), 0u);
    EXPECT_EQ(kept(alice), 1u);
    EXPECT_EQ(kept(bob), 1u);
    EXPECT_EQ(run(accounts().find(bob))->octets, 0u);
    EXPECT_EQ(recorder_->events().back().detail, "2 messages");
}

TEST_F(ExpiryTest, NeverAndZeroRemoveNothing)
{
    for (const auto term : {never_expires, days{0}}) {
        expire_after(term);
        ASSERT_TRUE(deliver("stays", {alice}));
        age(days{3650});
        core().upkeep->run_once();
    }
    EXPECT_EQ(left(alice), 2u);
    EXPECT_EQ(kept(alice), 0u);
}

TEST_F(ExpiryTest, OnlyTheInboxCounts)
{
    ASSERT_TRUE(deliver("archived", {alice}));
    ASSERT_TRUE(
        run(mail().move(account(alice), {entries(alice).front().id}, mailbox(alice, MailboxRole::archive))));
    age(days{31});
    core().upkeep->run_once();
    EXPECT_EQ(kept(alice), 0u);

    // Back in the Inbox its days begin anew, whenever it was received.
    const auto page = run(mail().list(account(alice), mailbox(alice, MailboxRole::archive), 0, 0, 10));
    ASSERT_EQ(page->items.size(), 1u);
    ASSERT_TRUE(run(mail().move(account(alice), {page->items.front().id}, mailbox(alice))));
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 1u);
    age(days{30});
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 0u);
}

TEST_F(ExpiryTest, WhatIsHadBackStaysAsLongAgain)
{
    ASSERT_TRUE(deliver("back", {alice}));
    const auto id = entries(alice).front().id;
    age(days{31});
    core().upkeep->run_once();
    ASSERT_TRUE(run(vault().restore(account(alice), {id})));
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 1u);
}

TEST_F(ExpiryTest, AnOpenMaildropShowsWhatItShowed)
{
    options_.vault = 0s;
    reopen();
    ASSERT_TRUE(deliver("shown", {alice}));
    auto maildrop = open_maildrop(alice);
    const auto before = run(maildrop->entries());
    age(days{31});
    core().upkeep->run_once();
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 0u);
    const auto shown = run(maildrop->entries());
    ASSERT_EQ(shown->size(), 1u);
    EXPECT_EQ(shown->front().id, before->front().id);
    EXPECT_EQ(read(shown->front().id), std::string(trace) + "shown");
    maildrop.reset();
    core().upkeep->run_once();
    EXPECT_FALSE(read(before->front().id));
}

TEST_F(ExpiryTest, ManyGoInPieces)
{
    constexpr std::size_t many = 450;
    for (std::size_t i = 0; i < many; ++i)
        ASSERT_TRUE(deliver("one of many", i % 2 == 0 ? std::vector<std::string>{alice, bob}
                                                      : std::vector<std::string>{alice}));
    age(days{31});
    auto find = [](sqlite::Database& database) {
        return sqlite::find_expired(database, days{30}, storage::now(), {});
    };
    const auto piece = submit_and_wait(*core().readers, find);
    EXPECT_LE(piece->messages.size(), 200u);
    EXPECT_TRUE(piece->next);
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 0u);
    EXPECT_EQ(left(bob), 0u);
}

TEST_F(ExpiryTest, OlderCopiesCountFromWhenTheyWereReceived)
{
    ASSERT_TRUE(deliver("old", {alice}));
    age(days{31});
    ASSERT_TRUE(deliver("new", {alice}));
    ASSERT_TRUE(deliver("old too", {alice}));
    forget_when_placed();
    auto work = [id = entries(alice).back().id](sqlite::Database& database) -> Result<void> {
        database.run("UPDATE message SET received = 5 WHERE msg = ?", id);
        database.run("UPDATE conversation SET received = 5 FROM msg WHERE msg.id = ? AND "
                     "conversation.mailbox = msg.mailbox AND conversation.uid = msg.uid",
                     id);
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(submit_and_wait(*core().writer, work));
    core().upkeep->run_once();
    ASSERT_EQ(left(alice), 1u);
    EXPECT_EQ(read(entries(alice).front().id), std::string(trace) + "new");
}

TEST_F(ExpiryTest, AnAccountsOwnTermGoesBeforeTheServers)
{
    for (const auto* address : {alice, bob})
        ASSERT_TRUE(deliver("twelve days old", {address}));
    age(days{12});
    ASSERT_TRUE(run(accounts().set_pop3(alice, {.login_delay = {}, .expire = days{10}})));
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 0u);
    EXPECT_EQ(left(bob), 1u);

    ASSERT_TRUE(run(accounts().set_pop3(bob, {.login_delay = {}, .expire = never_expires})));
    age(days{30});
    core().upkeep->run_once();
    EXPECT_EQ(left(bob), 1u);

    expire_after(never_expires);
    ASSERT_TRUE(run(accounts().set_pop3(bob, {.login_delay = {}, .expire = days{40}})));
    core().upkeep->run_once();
    EXPECT_EQ(left(bob), 0u);
}

TEST_F(ExpiryTest, AnotherTermHoldsAtOnce)
{
    ASSERT_TRUE(deliver("ten days old", {alice}));
    age(days{10});
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 1u);
    store_->set_expire(days{7});
    core().upkeep->run_once();
    EXPECT_EQ(left(alice), 0u);
}

} // namespace
} // namespace pillarbox::storage

#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/conversation.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class RemovalTest : public StoreTest
{
public:
    RemovalTest()
    {
        options_.vault = 1h;
        reopen();
        for (const auto* label : {"laptop", "phone"}) {
            EXPECT_TRUE(run(accounts().add_app_password(
                alice, {.label = label, .password_hash = "hash", .sealed = "", .last_used = std::nullopt})));
            fetch(label, {});
        }
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(deliver("one of three", {alice}));
    }

    Devices& devices() { return store_->devices(); }

    void keep(std::optional<std::chrono::seconds> grace)
    {
        ASSERT_TRUE(run(devices().set_grace(account(alice), grace)));
    }

    /// A session that fetches these and says QUIT.
    void fetch(const std::string& label, const std::vector<std::uint32_t>& uids, Time at = storage::now())
    {
        Visit visit{.account = account(alice), .label = label, .peer = "192.0.2.7", .at = at};
        visit.mailbox = mailbox(alice);
        for (const auto uid : uids)
            visit.fetched.push_back({.uid = uid, .at = at});
        devices().signed_in(visit);
        core().upkeep->run_once();
        EXPECT_TRUE(run(devices().quit(std::move(visit), {})));
    }

    std::vector<std::uint32_t> left()
    {
        std::vector<std::uint32_t> uids;
        for (const auto& entry : entries(alice))
            uids.push_back(entry.uid);
        return uids;
    }

    std::vector<Kept> kept() { return *run(vault().list(account(alice), std::nullopt, 10)); }

    /// As if so much time had passed since everything was fetched.
    void age(std::chrono::seconds time)
    {
        auto work = [time](sqlite::Database& database) -> Result<void> {
            database.run("UPDATE fetched SET at = at - ?", time.count());
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(submit_and_wait(*core().writer, work));
        core().upkeep->run_once();
    }

    using Uids = std::vector<std::uint32_t>;

    MailboxId mailbox_{};
    std::uint64_t size_ = 0;
};

TEST_F(RemovalTest, IsNotAskedForByItself)
{
    EXPECT_EQ(run(devices().grace(account(alice))).value(), std::nullopt);
    fetch("phone", {1, 2, 3});
    fetch("laptop", {1, 2, 3});
    age(24h);
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
    EXPECT_EQ(run(devices().set_grace(AccountId{4711}, 0s)).error(), Errc::not_found);
    EXPECT_EQ(run(devices().grace(AccountId{4711})).error(), Errc::not_found);
}

TEST_F(RemovalTest, TakesWhatAllHaveIntoTheVault)
{
    keep(0s);
    EXPECT_EQ(run(devices().grace(account(alice))).value(), 0s);
    fetch("phone", {1, 2});
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
    fetch("laptop", {2, 3}); // with its QUIT
    EXPECT_EQ(left(), (Uids{1, 3}));
    const auto vault_has = kept();
    ASSERT_EQ(vault_has.size(), 1u);
    EXPECT_EQ(vault_has[0].message.uid, 2u);
    ASSERT_TRUE(run(vault().restore(account(alice), {vault_has[0].message.id})));
    EXPECT_EQ(left(), (Uids{1, 3, 4})); // a new message, that nobody has
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{1, 3, 4}));
    fetch("phone", {3, 4});
    EXPECT_EQ(left(), (Uids{1, 4}));
    keep(std::nullopt);
    fetch("laptop", {1, 4});
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{1, 4}));
    EXPECT_EQ(run(devices().grace(account(alice))).value(), std::nullopt);
}

TEST_F(RemovalTest, LeavesTheTimeThatIsAskedFor)
{
    keep(1h);
    fetch("phone", {1});
    age(2h);
    fetch("laptop", {1});
    age(59min);
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
    age(1min);
    EXPECT_EQ(left(), (Uids{2, 3}));
    EXPECT_EQ(kept().size(), 1u);
}

TEST_F(RemovalTest, WaitsForWhatALostSessionFetchedUntilTheNextRound)
{
    keep(0s);
    fetch("phone", {1});
    Visit visit{.account = account(alice), .label = "laptop", .peer = "192.0.2.7", .at = storage::now()};
    visit.mailbox = mailbox(alice);
    visit.fetched = {{.uid = 1, .at = storage::now()}};
    devices().note(std::move(visit));
    ASSERT_TRUE(run(accounts().set_quota(alice, 0))); // behind it
    EXPECT_EQ(left(), (Uids{1, 2, 3}));               // a session without QUIT removes nothing, RFC 1939 §6
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{2, 3}));
}

TEST_F(RemovalTest, DoesNotWaitForANewDeviceToFetchWhatWasThere)
{
    keep(0s);
    fetch("", {}, storage::now() + 1s); // the account's own password, for the first time
    ASSERT_TRUE(deliver("the fourth", {alice}));
    fetch("phone", {1, 4});
    fetch("laptop", {1, 4});
    EXPECT_EQ(left(), (Uids{2, 3, 4}));
    fetch("", {4});
    EXPECT_EQ(left(), (Uids{2, 3}));
}

TEST_F(RemovalTest, CountsFromTheSignInAndNotFromItsNote)
{
    keep(0s);
    Visit visit{.account = account(alice), .label = "", .peer = "192.0.2.7", .at = storage::now() - 1h};
    visit.mailbox = mailbox(alice);
    devices().signed_in(visit); // before the messages came; noted behind them
    core().upkeep->run_once();
    fetch("phone", {1});
    fetch("laptop", {1});
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
}

TEST_F(RemovalTest, WaitsForADeviceThatIsNotWrittenDownYet)
{
    keep(0s);
    Visit visit{.account = account(alice), .label = "", .peer = "192.0.2.7", .at = storage::now() - 1h};
    visit.mailbox = mailbox(alice);
    fetch("phone", {1});
    devices().signed_in(visit);
    auto last = visit;
    last.label = "laptop";
    last.fetched = {{.uid = 1, .at = storage::now()}};
    ASSERT_TRUE(run(devices().quit(std::move(last), {})));
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
}

TEST_F(RemovalTest, TakesNothingThatNobodyFetched)
{
    ASSERT_TRUE(run(accounts().revoke_app_password(alice, "phone")));
    ASSERT_TRUE(run(accounts().revoke_app_password(alice, "laptop")));
    keep(0s);
    fetch("", {}, storage::now() + 1h); // all of it came before
    age(24h);
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
    fetch("", {2});
    EXPECT_EQ(left(), (Uids{1, 3}));
}

TEST_F(RemovalTest, WaitsNoLongerForWhatIsRevoked)
{
    keep(0s);
    fetch("phone", {1, 2});
    ASSERT_TRUE(run(accounts().revoke_app_password(alice, "laptop")));
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{3}));
}

TEST_F(RemovalTest, LeavesStarredMessagesAndOtherMailboxes)
{
    keep(0s);
    const auto all = entries(alice);
    ASSERT_TRUE(run(mail().set_flags(account(alice), all[0].id, flag::flagged, 0)));
    const auto folder = mailbox(alice, MailboxRole::archive);
    ASSERT_TRUE(run(mail().copy(account(alice), {all[0].id}, folder)));
    for (const auto* label : {"phone", "laptop"}) {
        fetch(label, {1, 2});
        Visit visit{.account = account(alice), .label = label, .peer = "192.0.2.7", .at = storage::now()};
        visit.mailbox = folder;
        visit.fetched = {{.uid = 1, .at = storage::now()}};
        ASSERT_TRUE(run(devices().quit(std::move(visit), {})));
    }
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{1, 3}));
    EXPECT_EQ(run(mail().list(account(alice), folder, 0, 0, 10))->total, 1u);
    ASSERT_TRUE(run(mail().set_flags(account(alice), all[0].id, 0, flag::flagged)));
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{3}));
}

TEST_F(RemovalTest, RestsWithoutAVault)
{
    keep(0s);
    options_.vault = 0s;
    reopen();
    EXPECT_EQ(run(devices().set_grace(account(alice), 1h)).error(), Errc::invalid);
    fetch("phone", {1});
    fetch("laptop", {1});
    core().upkeep->run_once();
    EXPECT_EQ(left(), (Uids{1, 2, 3}));
}

TEST_F(RemovalTest, LeavesOpenMaildropsAsTheyWere)
{
    keep(0s);
    fetch("phone", {1});
    const auto open = open_maildrop(alice);
    fetch("laptop", {1});
    EXPECT_EQ(left(), (Uids{2, 3}));
    const auto shown = run(open->entries());
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->size(), 3u);
    EXPECT_TRUE(read(shown->front().id));
}

TEST_F(RemovalTest, LooksAtMoreThanOnePart)
{
    static constexpr std::uint32_t many = 4'100;
    auto fill = [this](sqlite::Database& database) -> Result<void> {
        database.run("WITH RECURSIVE n (uid) AS (SELECT 4 UNION ALL SELECT uid + 1 FROM n WHERE uid < ?3) "
                     "INSERT INTO message SELECT ?1, uid, 1, 0, ?2, 1, uid + 1000 FROM n",
                     mailbox_, size_, many);
        database.run("INSERT INTO msg (id, account, mailbox, uid, body, trace) SELECT m.msg, a.account, "
                     "m.mailbox, m.uid, a.body, a.trace FROM "
                     "message m JOIN msg a ON a.mailbox = m.mailbox AND a.uid = 1 "
                     "WHERE m.mailbox = ? AND m.uid > 3",
                     mailbox_);
        database.run("UPDATE mailbox SET uid_next = ?2 + 1, messages = ?2, unseen = ?2, octets = ?2 * ?3 "
                     "WHERE id = ?1",
                     mailbox_, many, size_);
        database.run("UPDATE account SET messages = ?2, octets = ?2 * ?3 WHERE id = "
                     "(SELECT account FROM mailbox WHERE id = ?1)",
                     mailbox_, many, size_);
        database.run("UPDATE body SET refs = refs + ?1 WHERE id = (SELECT body FROM msg WHERE uid = 1 AND "
                     "mailbox = ?2)",
                     many - 3, mailbox_);
        sqlite::find_conversations(database);
        return boost::system::in_place_value;
    };
    mailbox_ = mailbox(alice);
    size_ = entries(alice)[0].size;
    ASSERT_TRUE(submit_and_wait(*core().writer, fill));
    for (const auto* label : {"phone", "laptop"})
        fetch(label, {1, 2'500, many});
    keep(0s);
    core().upkeep->run_once();
    const auto now = left();
    EXPECT_EQ(now.size(), many - 3);
    for (const auto uid : {std::uint32_t{1}, std::uint32_t{2'500}, many})
        EXPECT_EQ(std::ranges::count(now, uid), 0) << uid;
}

} // namespace
} // namespace pillarbox::storage

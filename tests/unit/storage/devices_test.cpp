#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/restore.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <ranges>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

constexpr Time noon{1'764'000'000s};

class DevicesTest : public StoreTest
{
public:
    DevicesTest()
    {
        options_.vault = 1h;
        reopen();
        for (const auto* label : {"laptop", "phone"})
            EXPECT_TRUE(run(accounts().add_app_password(
                alice, {.label = label, .password_hash = "hash", .sealed = "", .last_used = std::nullopt})));
    }

    Devices& devices() { return store_->devices(); }

    void deliver_many(int count)
    {
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE(deliver("one of many", {alice}));
    }

    Visit visit(const std::string& label, std::vector<Fetched> fetched, Time at = noon)
    {
        return {.account = account(alice),
                .label = label,
                .peer = "192.0.2.7",
                .at = at,
                .mailbox = mailbox(alice),
                .fetched = std::move(fetched)};
    }

    /// The device fetches messages of these uids, one a second.
    void fetch(const std::string& label, std::vector<std::uint32_t> uids, Time at = noon)
    {
        std::vector<Fetched> fetched;
        for (const auto uid : uids)
            fetched.push_back({.uid = uid, .at = at + std::chrono::seconds(fetched.size())});
        ASSERT_TRUE(run(devices().quit(visit(label, std::move(fetched), at), {})));
    }

    /// Uids of alice's messages that the device has.
    std::vector<std::uint32_t> had_by(const std::string& label)
    {
        std::vector<std::uint32_t> uids;
        for (const auto& entry : entries(alice)) {
            const auto fetched = run(devices().who_fetched(account(alice), entry.id));
            EXPECT_TRUE(fetched);
            if (std::ranges::count(*fetched, label, &FetchedBy::label) == 1) uids.push_back(entry.uid);
        }
        return uids;
    }

    Device device(const std::string& label)
    {
        const auto list = run(devices().list(account(alice)));
        EXPECT_TRUE(list);
        const auto found = std::ranges::find(*list, label, &Device::label);
        EXPECT_NE(found, list->end()) << label;
        return found == list->end() ? Device() : *found;
    }

    std::int64_t count(const char* sql)
    {
        auto work = [sql](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, sql);
            row.step();
            return row.integer(0);
        };
        return submit_and_wait(*core().readers, work).value();
    }

    std::int64_t rows() { return count("SELECT count(*) FROM fetched"); }

    MessageId message(std::uint32_t uid)
    {
        const auto all = entries(alice);
        const auto found = std::ranges::find(all, uid, &MaildropEntry::uid);
        EXPECT_NE(found, all.end()) << uid;
        return found == all.end() ? MessageId{} : found->id;
    }

    using Uids = std::vector<std::uint32_t>;
};

TEST_F(DevicesTest, AreTheAccountsPasswords)
{
    const auto list = run(devices().list(account(alice)));
    ASSERT_TRUE(list);
    ASSERT_EQ(list->size(), 3u);
    for (std::size_t i = 0; const auto* label : {"", "laptop", "phone"}) {
        EXPECT_EQ((*list)[i].label, label);
        EXPECT_FALSE((*list)[i].first_seen);
        EXPECT_FALSE((*list)[i].last_seen);
        EXPECT_EQ((*list)[i].fetched, 0u);
        ++i;
    }
    EXPECT_EQ(run(devices().list(account(bob)))->size(), 1u);
    EXPECT_EQ(run(devices().list(AccountId{4711})).error(), Errc::not_found);
}

TEST_F(DevicesTest, AreSeenWhenTheySignIn)
{
    devices().signed_in(visit("phone", {}));
    auto later = visit("phone", {}, noon + 1h);
    later.peer = "2001:db8::1";
    devices().signed_in(later);
    devices().signed_in(visit("", {}, noon + 2h));
    core().upkeep->run_once();
    EXPECT_EQ(device("phone").first_seen, noon + 1h); // the last of a round stands for all
    EXPECT_EQ(device("phone").last_seen, noon + 1h);
    EXPECT_EQ(device("phone").peer, "2001:db8::1");
    EXPECT_EQ(device("").last_seen, noon + 2h);
    EXPECT_FALSE(device("laptop").last_seen);
    devices().signed_in(visit("phone", {}, noon)); // a clock that was set back
    core().upkeep->run_once();
    EXPECT_EQ(device("phone").last_seen, noon + 1h);
    EXPECT_EQ(device("phone").peer, "2001:db8::1");
    reopen();
    EXPECT_EQ(device("phone").last_seen, noon + 1h);
}

TEST_F(DevicesTest, KnowWhatTheyHave)
{
    deliver_many(5);
    fetch("phone", {1, 2, 4});
    fetch("", {5}, noon + 1h);
    EXPECT_EQ(had_by("phone"), (Uids{1, 2, 4}));
    EXPECT_EQ(had_by(""), (Uids{5}));
    EXPECT_EQ(had_by("laptop"), Uids());
    EXPECT_EQ(device("phone").fetched, 3u);
    EXPECT_EQ(device("phone").first_seen, noon);
    EXPECT_EQ(device("phone").peer, "192.0.2.7");
    fetch("laptop", {5}, noon + 2h);
    const auto both = run(devices().who_fetched(account(alice), message(5)));
    ASSERT_TRUE(both);
    ASSERT_EQ(both->size(), 2u);
    EXPECT_EQ((*both)[0].label, "");
    EXPECT_EQ((*both)[0].at, noon + 1h);
    EXPECT_EQ((*both)[1].label, "laptop");
    EXPECT_EQ((*both)[1].at, noon + 2h);
    EXPECT_EQ(run(devices().who_fetched(account(bob), message(5))).error(), Errc::not_found);
    reopen();
    EXPECT_EQ(had_by("phone"), (Uids{1, 2, 4}));
}

TEST_F(DevicesTest, TakeOneRowForWhatIsFetchedInOneGo)
{
    deliver_many(50);
    Uids all;
    for (std::uint32_t uid = 1; uid <= 50; ++uid)
        all.push_back(uid);
    auto backwards = all;
    std::ranges::reverse(backwards); // as some clients do
    fetch("phone", all);
    fetch("laptop", backwards);
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(had_by("phone"), all);
    EXPECT_EQ(had_by("laptop"), all);
    fetch("phone", all, noon + 1h); // again: when it had them first stays
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(1)))->back().at, noon);
    EXPECT_EQ(device("phone").fetched, 100u);
}

TEST_F(DevicesTest, KeepApartWhatIsMoreThanAMinuteApart)
{
    deliver_many(3);
    ASSERT_TRUE(run(devices().quit(
        visit("phone", {{.uid = 1, .at = noon}, {.uid = 2, .at = noon + 59s}, {.uid = 3, .at = noon + 60s}}),
        {})));
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(2)))->front().at, noon);
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(3)))->front().at, noon + 60s);
}

TEST_F(DevicesTest, HaveNothingThatLiesBetween)
{
    deliver_many(10);
    fetch("phone", {2, 3, 8});
    fetch("phone", {1, 4, 9, 10}, noon + 1h);
    EXPECT_EQ(had_by("phone"), (Uids{1, 2, 3, 4, 8, 9, 10}));
    fetch("phone", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, noon + 2h);
    EXPECT_EQ(had_by("phone"), (Uids{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(3)))->front().at, noon);
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(4)))->front().at, noon + 1h + 1s);
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(6)))->front().at, noon + 2h + 4s); // as 5
}

TEST_F(DevicesTest, SpanWhatHasGone)
{
    deliver_many(5);
    ASSERT_TRUE(run(mail().expunge(account(alice), {message(2), message(3)})));
    fetch("phone", {1, 4, 5});
    EXPECT_EQ(rows(), 1);
    EXPECT_EQ(had_by("phone"), (Uids{1, 4, 5}));
}

TEST_F(DevicesTest, ForgetWhatHasGone)
{
    deliver_many(6);
    fetch("phone", {1, 2, 3, 6});
    fetch("laptop", {1, 2, 3});
    EXPECT_EQ(rows(), 3);
    ASSERT_TRUE(run(mail().expunge(account(alice), {message(3), message(1)})));
    EXPECT_EQ(rows(), 3);
    EXPECT_EQ(had_by("phone"), (Uids{2, 6}));
    ASSERT_TRUE(run(mail().expunge(account(alice), {message(6), message(2)})));
    EXPECT_EQ(rows(), 0);
    // And never knew what had gone before it was written down.
    fetch("phone", {1, 2, 3});
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(device("phone").fetched, 7u);
}

TEST_F(DevicesTest, FetchAndDeleteTogether)
{
    deliver_many(3);
    ASSERT_TRUE(
        run(devices().quit(visit("phone", {{.uid = 1, .at = noon}, {.uid = 2, .at = noon}}), {message(1)})));
    EXPECT_EQ(had_by("phone"), (Uids{2}));
    EXPECT_EQ(run(vault().list(account(alice), std::nullopt, 10))->size(), 1u);
    ASSERT_TRUE(run(devices().quit(visit("phone", {}), {message(2), message(3)})));
    EXPECT_EQ(rows(), 0);
}

TEST_F(DevicesTest, AreWrittenDownWithoutAnybodyWaiting)
{
    deliver_many(2);
    devices().note(visit("phone", {{.uid = 1, .at = noon}}));
    deliver_many(1); // behind it
    EXPECT_EQ(had_by("phone"), (Uids{1}));
    devices().note(visit("phone", {{.uid = 2, .at = noon}}));
    reopen(); // what was pushed is finished
    EXPECT_EQ(had_by("phone"), (Uids{1, 2}));
}

TEST_F(DevicesTest, AreGatheredWhileTheyPoll)
{
    deliver_many(2);
    const auto before = recorder_->groups().size();
    auto newer = visit("phone", {{.uid = 2, .at = noon + 1h}}, noon + 1h);
    newer.peer = "2001:db8::1";
    devices().note(std::move(newer));
    for (int i = 0; i < 5'000; ++i) // more than are kept in memory
        devices().note(visit("phone", {{.uid = 1, .at = noon + std::chrono::seconds(i % 30)}}));
    const auto phone = device("phone");
    EXPECT_EQ(phone.fetched, 5'001u);
    EXPECT_EQ(phone.last_seen, noon + 1h); // the others began before
    EXPECT_EQ(phone.peer, "2001:db8::1");
    EXPECT_EQ(had_by("phone"), (Uids{1, 2}));
    EXPECT_EQ(run(devices().who_fetched(account(alice), message(1)))->front().at, noon);
    EXPECT_LE(recorder_->groups().size() - before, 100u); // not a commit for each
}

TEST_F(DevicesTest, AreForgottenWhenTheyAreRevoked)
{
    deliver_many(2);
    fetch("phone", {1, 2});
    fetch("laptop", {1});
    ASSERT_TRUE(run(accounts().revoke_app_password(alice, "phone")));
    EXPECT_EQ(rows(), 1);
    EXPECT_EQ(run(devices().list(account(alice)))->size(), 2u);
    fetch("phone", {1}); // its session was still open
    devices().signed_in(visit("phone", {}));
    core().upkeep->run_once();
    EXPECT_EQ(rows(), 1);
    ASSERT_TRUE(run(accounts().add_app_password(
        alice, {.label = "phone", .password_hash = "hash", .sealed = "", .last_used = std::nullopt})));
    EXPECT_FALSE(device("phone").first_seen); // another one of that name
    EXPECT_EQ(had_by("phone"), Uids());
    ASSERT_TRUE(run(accounts().remove(alice)));
    EXPECT_EQ(rows(), 0);
    EXPECT_EQ(count("SELECT count(*) FROM device"), 0);
}

TEST_F(DevicesTest, ForgetAMailboxThatIsRemoved)
{
    deliver_many(2);
    const auto folder = run(mail().add_mailbox(account(alice), "Family"));
    ASSERT_TRUE(folder);
    const auto copied = run(mail().copy(account(alice), {message(1)}, *folder));
    ASSERT_TRUE(copied);
    auto elsewhere = visit("phone", {{.uid = copied->front().to.uid, .at = noon}});
    elsewhere.mailbox = *folder;
    ASSERT_TRUE(run(devices().quit(elsewhere, {})));
    fetch("phone", {2});
    EXPECT_EQ(run(devices().who_fetched(account(alice), copied->front().to.id))->size(), 1u);
    EXPECT_EQ(had_by("phone"), (Uids{2})); // a copy is another message
    EXPECT_EQ(rows(), 2);
    ASSERT_TRUE(run(mail().remove_mailbox(account(alice), *folder)));
    EXPECT_EQ(rows(), 1);
    ASSERT_TRUE(run(mail().move(account(alice), {message(2)}, mailbox(alice, MailboxRole::archive))));
    EXPECT_EQ(rows(), 0);
}

TEST_F(DevicesTest, ComeBackFromABackup)
{
    deliver_many(3);
    fetch("phone", {2});
    ASSERT_TRUE(run(devices().set_grace(account(alice), 240'000h)));
    const auto destination = directory_.path() / "backup";
    sqlite::backup_sqlite(options_, destination, {}, underneath_);
    fetch("phone", {1, 3});
    close();
    RestoreOptions restore;
    restore.replace = true;
    sqlite::restore_sqlite(options_, destination, restore, underneath_);
    reopen();
    EXPECT_EQ(had_by("phone"), (Uids{2}));
    EXPECT_EQ(device("phone").fetched, 1u);
    EXPECT_EQ(run(devices().grace(account(alice))).value(), 240'000h);
    deliver_many(1);
    EXPECT_EQ(had_by("phone"), (Uids{2}));
}

} // namespace
} // namespace pillarbox::storage

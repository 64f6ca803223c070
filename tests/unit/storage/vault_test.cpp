#include "tests/unit/storage/store_test.hpp"

#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/verify.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class VaultTest : public StoreTest
{
public:
    VaultTest()
    {
        options_.vault = 1h;
        reopen();
    }

    /// Delivers and deletes; returns what it was.
    MessageId deleted(std::string_view body)
    {
        EXPECT_TRUE(deliver(body, {alice}));
        const auto id = entries(alice).back().id;
        EXPECT_TRUE(run(mail().expunge(account(alice), {id})));
        return id;
    }

    std::vector<Kept> kept(std::optional<VaultCursor> after = std::nullopt, std::size_t limit = 100)
    {
        auto list = run(vault().list(account(alice), after, limit));
        EXPECT_TRUE(list);
        return list ? std::move(*list) : std::vector<Kept>();
    }

    /// As if so much time had passed since everything was deleted.
    void age(std::chrono::seconds time)
    {
        auto work = [time](sqlite::Database& database) -> Result<void> {
            database.run("UPDATE dead SET until = until - ? WHERE until > 0", time.count());
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(submit_and_wait(*core().writer, work));
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
};

TEST_F(VaultTest, KeepsWhatIsDeletedAndGivesItBack)
{
    ASSERT_TRUE(deliver("kept", {alice}));
    const auto before = entries(alice);
    ASSERT_TRUE(run(mail().set_flags(account(alice), before[0].id, flag::flagged | flag::seen, 0)));
    const auto was = run(mail().find(account(alice), before[0].id));
    ASSERT_TRUE(run(mail().expunge(account(alice), {before[0].id})));
    EXPECT_TRUE(entries(alice).empty());
    EXPECT_EQ(run(accounts().find(alice))->octets, 0u);

    const auto list = kept();
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(list[0].message.id, before[0].id);
    EXPECT_EQ(list[0].message.flags, was->flags);
    EXPECT_EQ(list[0].message.received, was->received);
    EXPECT_EQ(list[0].message.summary.subject, "A subject");
    EXPECT_GT(list[0].until, storage::now() + 59min);
    core().upkeep->run_once();
    EXPECT_EQ(read(before[0].id).value(), std::string(trace) + "kept"); // to look at before it is had back

    const auto back = run(vault().restore(account(alice), {before[0].id}));
    ASSERT_TRUE(back);
    ASSERT_EQ(back->size(), 1u);
    EXPECT_EQ(back->front().mailbox, mailbox(alice));
    EXPECT_TRUE(kept().empty());
    const auto after = entries(alice);
    ASSERT_EQ(after.size(), 1u);
    EXPECT_EQ(after[0].id, back->front().id);
    EXPECT_NE(after[0].unique_id.text(),
              before[0].unique_id.text()); // a client that had deleted it fetches it again
    EXPECT_EQ(read(after[0].id).value(), std::string(trace) + "kept");
    const auto is = run(mail().find(account(alice), after[0].id));
    EXPECT_EQ(is->flags, was->flags);
    EXPECT_EQ(is->received, was->received);
    EXPECT_EQ(run(accounts().find(alice))->octets, after[0].size);

    core().upkeep->run_once(); // the old copy goes, the body stays
    EXPECT_EQ(read(after[0].id).value(), std::string(trace) + "kept");
    EXPECT_EQ(count("SELECT count(*) FROM dead"), 0);
    EXPECT_EQ(count("SELECT refs FROM body"), 1);
}

TEST_F(VaultTest, EndsWithItsTime)
{
    const auto id = deleted(text_of(10'000));
    age(59min);
    core().upkeep->run_once();
    EXPECT_EQ(kept().size(), 1u);
    age(2min);
    EXPECT_TRUE(kept().empty());
    EXPECT_EQ(run(vault().restore(account(alice), {id})).error(), Errc::not_found);
    core().upkeep->run_once();
    EXPECT_FALSE(read(id));
    for (const auto* table : {"dead", "msg", "body", "garbage"})
        EXPECT_EQ(count((std::string("SELECT count(*) FROM ") + table).c_str()), 0) << table;
}

TEST_F(VaultTest, CanBeDoneWithout)
{
    options_.vault = 0s;
    reopen();
    deleted("gone");
    EXPECT_TRUE(kept().empty());
    core().upkeep->run_once();
    EXPECT_EQ(count("SELECT count(*) FROM msg"), 0);
}

TEST_F(VaultTest, ListsPagesLastFirst)
{
    std::vector<MessageId> ids;
    for (int i = 0; i < 5; ++i) {
        ids.push_back(deleted("one"));
        if (i % 2 == 1) age(1s); // two share a second
    }
    std::ranges::reverse(ids);
    std::vector<MessageId> got;
    std::optional<VaultCursor> after;
    for (auto page = kept(after, 2); !page.empty(); page = kept(after, 2)) {
        for (const auto& one : page)
            got.push_back(one.message.id);
        after = VaultCursor{.until = page.back().until, .message = page.back().message.id};
    }
    EXPECT_EQ(got, ids);
}

TEST_F(VaultTest, ForgetsForGood)
{
    const auto one = deleted("one");
    const auto other = deleted("other");
    EXPECT_EQ(run(vault().forget(account(alice), {one, MessageId{4711}})).error(), Errc::not_found);
    EXPECT_EQ(kept().size(), 2u); // all or none
    ASSERT_TRUE(run(vault().forget(account(alice), {one})));
    ASSERT_EQ(kept().size(), 1u);
    EXPECT_EQ(kept()[0].message.id, other);
    core().upkeep->run_once();
    EXPECT_FALSE(read(one));
    EXPECT_TRUE(read(other));
}

TEST_F(VaultTest, BelongsToItsAccount)
{
    const auto id = deleted("mine");
    EXPECT_TRUE(run(vault().list(account(bob), std::nullopt, 10))->empty());
    EXPECT_EQ(run(vault().restore(account(bob), {id})).error(), Errc::not_found);
    EXPECT_EQ(run(vault().forget(account(bob), {id})).error(), Errc::not_found);
    EXPECT_EQ(kept().size(), 1u);
}

TEST_F(VaultTest, GivesBackAllOrNoneWithinTheQuota)
{
    const auto room = std::uint64_t{100};
    std::vector<NewAccount> small(1);
    small[0] = {.address = "small@example.org", .password_hash = "hash", .admin = false, .quota = room};
    ASSERT_TRUE(run(accounts().add(small)));
    const auto id = account("small@example.org");
    std::vector<MessageId> ids;
    for (int i = 0; i < 2; ++i) {
        ASSERT_TRUE(deliver(text_of(60 - trace.size()), {"small@example.org"}));
        ids.push_back(entries("small@example.org").back().id);
        ASSERT_TRUE(run(mail().expunge(id, {ids.back()}))); // counts no longer
    }
    EXPECT_EQ(run(vault().restore(id, ids)).error(), Errc::over_quota);
    EXPECT_TRUE(entries("small@example.org").empty());
    EXPECT_EQ(run(vault().list(id, std::nullopt, 10))->size(), 2u);
    EXPECT_TRUE(run(vault().restore(id, {ids[0]})));
    EXPECT_EQ(entries("small@example.org").size(), 1u);
    EXPECT_EQ(run(vault().restore(id, {ids[0]})).error(), Errc::not_found); // it is back
}

TEST_F(VaultTest, LeavesOpenMaildropsAsTheyWere)
{
    ASSERT_TRUE(deliver("one", {alice}));
    ASSERT_TRUE(deliver("two", {alice}));
    const auto open = open_maildrop(alice);
    const auto first = entries(alice)[0].id;
    ASSERT_TRUE(run(mail().expunge(account(alice), {first})));
    ASSERT_TRUE(run(vault().restore(account(alice), {first})));
    core().upkeep->run_once();
    const auto shown = run(open->entries());
    ASSERT_TRUE(shown);
    ASSERT_EQ(shown->size(), 2u);
    EXPECT_EQ(shown->front().id, first);
    EXPECT_EQ(read(first).value(), std::string(trace) + "one");
    EXPECT_EQ(entries(alice).size(), 2u); // a new session has it at its end
    EXPECT_NE(entries(alice).back().id, first);
}

TEST_F(VaultTest, GoesWithItsAccount)
{
    const auto id = deleted("private");
    ASSERT_TRUE(run(accounts().remove(alice)));
    core().upkeep->run_once();
    EXPECT_FALSE(read(id));
    EXPECT_EQ(count("SELECT count(*) FROM body"), 0);
}

TEST_F(VaultTest, OutlivesTheServer)
{
    const auto id = deleted("kept");
    reopen();
    core().upkeep->run_once();
    ASSERT_TRUE(run(vault().restore(account(alice), {id})));
    reopen();
    EXPECT_EQ(read(entries(alice)[0].id).value(), std::string(trace) + "kept");
}

TEST_F(VaultTest, YieldsWhenTheDiskIsFull)
{
    const auto id = deleted(text_of(10'000));
    core().upkeep->run_once();
    ASSERT_TRUE(read(id));
    options_.disk_reserve = core().free_octets(); // all of it is to stay free
    reopen();
    core().upkeep->run_once();
    EXPECT_FALSE(read(id));
    const auto events = recorder_->events();
    EXPECT_TRUE(std::ranges::any_of(events, [](const auto& event) {
        return event.severity == Observer::Severity::warning && event.detail == "1 messages, 10000 octets";
    }));
}

} // namespace
} // namespace pillarbox::storage

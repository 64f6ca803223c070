#include "storage/maintenance.hpp"
#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class CopyingTest : public StoreTest
{
public:
    Result<std::vector<Copied>> copy(const std::vector<MessageId>& messages, MailboxId to)
    {
        return run(mail().copy(account(alice), messages, to));
    }

    Result<std::vector<Copied>> move(const std::vector<MessageId>& messages, MailboxId to)
    {
        return run(mail().move(account(alice), messages, to));
    }

    std::vector<MessageId> inbox()
    {
        std::vector<MessageId> ids;
        for (const auto& entry : entries(alice))
            ids.push_back(entry.id);
        return ids;
    }

    std::vector<Listed> listed(MailboxRole role)
    {
        return run(mail().list(account(alice), mailbox(alice, role), 0, 0, 100))->items;
    }

    std::int64_t bodies()
    {
        const auto look = [](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, "SELECT count(*) FROM body");
            row.step();
            return row.integer(0);
        };
        return run(sqlite::submit(*core().readers, look)).value();
    }

    std::uint64_t wrong()
    {
        close();
        const auto sum = verify(options_, {});
        reopen();
        return sum.wrong;
    }

    std::uint64_t stored() { return run(accounts().find(alice))->octets; }
};

TEST_F(CopyingTest, CopiesShareTheBody)
{
    for (const std::size_t size : {100u, 20'000u, 400'000u}) // of each tier
        ASSERT_TRUE(deliver(text_of(size), {alice}));
    const auto originals = inbox();
    ASSERT_TRUE(run(mail().set_flags(account(alice), originals[1], flag::flagged | flag::seen, 0)));
    const auto before = listed(MailboxRole::inbox);
    const auto copied =
        copy({originals[1], originals[0], originals[2]}, mailbox(alice, MailboxRole::archive));
    ASSERT_TRUE(copied);
    ASSERT_EQ(copied->size(), 3u);
    EXPECT_EQ(copied->at(0).from, originals[1]);
    EXPECT_EQ(copied->at(0).to.uid, 1u);
    EXPECT_EQ(copied->at(2).to.uid, 3u);
    EXPECT_EQ(bodies(), 3);
    const auto archive = listed(MailboxRole::archive);
    ASSERT_EQ(archive.size(), 3u);
    EXPECT_EQ(archive[2].id, copied->at(0).to.id);
    EXPECT_EQ(archive[2].flags, flag::flagged | flag::seen);
    EXPECT_EQ(archive[2].received, before[1].received);
    EXPECT_EQ(archive[2].size, before[1].size);
    EXPECT_EQ(inbox(), originals);
    for (const auto& one : *copied)
        EXPECT_TRUE(*read(one.from) == *read(one.to.id));
    EXPECT_EQ(stored(), 2 * (100 + 20'000 + 400'000 + 3 * trace.size()));
    EXPECT_EQ(wrong(), 0u);
    // The body goes with the last who has it.
    ASSERT_TRUE(run(mail().expunge(account(alice), originals)));
    core().upkeep->run_once();
    EXPECT_EQ(*read(copied->at(2).to.id), std::string(trace) + text_of(400'000));
    ASSERT_TRUE(
        run(mail().expunge(account(alice), {copied->at(0).to.id, copied->at(1).to.id, copied->at(2).to.id})));
    core().upkeep->run_once();
    EXPECT_EQ(bodies(), 0);
    EXPECT_EQ(wrong(), 0u);
}

TEST_F(CopyingTest, MovedMessagesLeaveTheirMailbox)
{
    options_.vault = std::chrono::hours(1);
    reopen();
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(deliver(text_of(20'000, static_cast<unsigned>(i)), {alice}));
    const auto originals = inbox();
    const auto octets = stored();
    const auto since = run(store_->changes().since(account(alice), 0, 100))->modseq;
    const auto drop = open_maildrop(alice); // a POP3 session that goes on
    const auto moved = move({originals[0], originals[2]}, mailbox(alice, MailboxRole::trash));
    ASSERT_TRUE(moved);
    EXPECT_EQ(inbox(), std::vector{originals[1]});
    EXPECT_EQ(stored(), octets);
    EXPECT_EQ(listed(MailboxRole::trash).size(), 2u);
    EXPECT_EQ(run(mail().find(account(alice), originals[0])).error(), Errc::not_found);
    EXPECT_TRUE(run(vault().list(account(alice), std::nullopt, 10))->empty()); // it was not deleted
    core().upkeep->run_once();
    const auto shown = run(drop->entries());
    ASSERT_EQ(shown->size(), 3u);
    EXPECT_EQ(shown->at(0).id, originals[0]);
    EXPECT_EQ(*read(originals[0]), std::string(trace) + text_of(20'000, 0));
    // What that session deletes is no longer its to delete.
    ASSERT_TRUE(run(mail().expunge(account(alice), {originals[0]})));
    EXPECT_EQ(listed(MailboxRole::trash).size(), 2u);
    const auto feed = run(store_->changes().since(account(alice), since, 100));
    for (const auto& one : feed->mailboxes) {
        const bool trash = one.mailbox.role == MailboxRole::trash;
        EXPECT_EQ(one.changed.size(), trash ? 2u : 0u);
        EXPECT_EQ(one.expunged, trash ? std::vector<std::uint32_t>() : (std::vector<std::uint32_t>{1, 3}));
    }
    EXPECT_EQ(feed->mailboxes.size(), 2u);
}

TEST_F(CopyingTest, IsAllOrNone)
{
    ASSERT_TRUE(deliver(text_of(100), {alice, bob}));
    const auto mine = inbox()[0];
    const auto theirs = entries(bob)[0].id;
    const auto trash = mailbox(alice, MailboxRole::trash);
    EXPECT_EQ(copy({mine, theirs}, trash).error(), Errc::not_found);
    EXPECT_EQ(move({mine, MessageId{4711}}, trash).error(), Errc::not_found);
    EXPECT_EQ(copy({mine}, mailbox(bob)).error(), Errc::not_found);
    EXPECT_EQ(move({mine}, MailboxId{4711}).error(), Errc::not_found);
    EXPECT_TRUE(listed(MailboxRole::trash).empty());
    EXPECT_EQ(inbox().size(), 1u);
    EXPECT_EQ(move({mine, mine}, trash)->size(), 1u); // named twice
    EXPECT_EQ(listed(MailboxRole::trash).size(), 1u);
    EXPECT_TRUE(copy({}, trash)->empty());
    EXPECT_EQ(wrong(), 0u);
}

TEST_F(CopyingTest, QuotasHoldForCopiesOnly)
{
    ASSERT_TRUE(deliver(text_of(400 - trace.size()), {alice}));
    ASSERT_TRUE(deliver(text_of(400 - trace.size()), {alice}));
    ASSERT_TRUE(run(accounts().set_domain_quota("example.org", 1'200)));
    const auto archive = mailbox(alice, MailboxRole::archive);
    EXPECT_EQ(copy(inbox(), archive).error(), Errc::over_quota);
    EXPECT_EQ(stored(), 800u);
    ASSERT_TRUE(copy({inbox()[0]}, archive));
    ASSERT_TRUE(run(accounts().set_quota(alice, 100))); // less than is there
    ASSERT_TRUE(move(inbox(), archive));
    EXPECT_EQ(listed(MailboxRole::archive).size(), 3u);
    EXPECT_EQ(stored(), 1'200u);
    EXPECT_EQ(wrong(), 0u);
}

} // namespace
} // namespace pillarbox::storage

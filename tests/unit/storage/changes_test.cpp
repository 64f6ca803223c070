#include "storage/sqlite/changes.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class ChangesTest : public StoreTest
{
public:
    Feed since(std::uint64_t modseq, std::size_t limit = 100)
    {
        return run(store_->changes().since(account(alice), modseq, limit)).value();
    }

    std::uint64_t counter() { return since(0, 0).modseq; }

    /// The feed in one line: what changed and went in each mailbox, by uid.
    static std::string line(const Feed& feed)
    {
        if (feed.everything) return "everything";
        std::string text;
        for (const auto& mailbox : feed.mailboxes) {
            text += (text.empty() ? "" : " | ") + mailbox.mailbox.name;
            for (const auto& one : mailbox.changed)
                text += " " + std::to_string(one.uid) + ":" + std::to_string(one.flags);
            for (const auto uid : mailbox.expunged)
                text += " -" + std::to_string(uid);
        }
        return text;
    }

    /// How many rows tell of flags.
    std::int64_t reflagged()
    {
        const auto look = [](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, "SELECT count(*) FROM reflagged");
            row.step();
            return row.integer(0);
        };
        return run(sqlite::submit(*core().readers, look)).value();
    }

    /// A wait in the background on our own context.
    struct Waiting
    {
        std::optional<Result<std::uint64_t>> outcome;
        boost::asio::cancellation_signal cancel;
    };

    void wait(Watch& watch, std::uint64_t modseq, Waiting& waiting)
    {
        boost::asio::co_spawn(
            context_, watch.above(modseq),
            boost::asio::bind_cancellation_slot(waiting.cancel.slot(),
                                                [&](std::exception_ptr error, Result<std::uint64_t> outcome) {
                                                    if (error) std::rethrow_exception(error);
                                                    waiting.outcome = outcome;
                                                }));
        context_.restart();
        context_.run_one(); // it asks for the counter,
        context_.run_one(); // and waits, or is done
    }

    /// run(), while something waits on our own context.
    template <class Value>
    static Value run_apart(boost::asio::awaitable<Value> task)
    {
        boost::asio::io_context context(1);
        return test::run_task(context, std::move(task));
    }

    void finish(Waiting& waiting)
    {
        context_.restart();
        while (!waiting.outcome)
            ASSERT_GT(context_.run_one_for(30s), 0u) << "nothing was told";
    }
};

TEST_F(ChangesTest, TellsWhatIsNewChangedAndGone)
{
    const auto empty = counter();
    EXPECT_EQ(line(since(empty)), "");
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(deliver(text_of(100), {alice, bob}));
    EXPECT_EQ(line(since(empty)), "Inbox 1:0 2:0 3:0 4:0");
    const auto delivered = counter();
    const auto all = entries(alice);
    ASSERT_TRUE(run(mail().set_flags(account(alice), all[1].id, flag::seen, 0)));
    EXPECT_EQ(line(since(delivered)), "Inbox 2:1");
    const auto read = counter();
    ASSERT_TRUE(run(mail().expunge(account(alice), {all[0].id, all[3].id})));
    ASSERT_TRUE(run(mail().set_flags(account(alice), all[1].id, flag::flagged, 0)));
    ASSERT_TRUE(deliver(text_of(100), {alice}));
    EXPECT_EQ(line(since(read)), "Inbox 2:5 5:0 -1 -4");
    EXPECT_EQ(line(since(empty)), "Inbox 2:5 3:0 5:0 -1 -4");
    EXPECT_EQ(line(since(counter())), "");
    const auto feed = since(read);
    EXPECT_EQ(feed.modseq, counter());
    EXPECT_EQ(feed.mailboxes.at(0).mailbox.messages, 3u);
    EXPECT_EQ(feed.mailboxes.at(0).mailbox.unseen, 2u);
    EXPECT_EQ(feed.mailboxes.at(0).changed.at(0).id, all[1].id);
    EXPECT_EQ(run(store_->changes().since(AccountId{4711}, 0, 1)).error(), Errc::not_found);
}

TEST_F(ChangesTest, FlagsThatComeAndGoAreToldOnce)
{
    ASSERT_TRUE(deliver(text_of(100), {alice}));
    const auto before = counter();
    const auto id = entries(alice)[0].id;
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(run(mail().set_flags(account(alice), id, flag::flagged, 0)));
        ASSERT_TRUE(run(mail().set_flags(account(alice), id, 0, flag::flagged)));
    }
    EXPECT_EQ(line(since(before)), "Inbox 1:0");
    EXPECT_EQ(reflagged(), 1);
    const auto unchanged = counter();
    ASSERT_TRUE(run(mail().set_flags(account(alice), id, 0, flag::seen)));
    EXPECT_EQ(counter(), unchanged); // it was not seen anyway
}

TEST_F(ChangesTest, MoreThanTheLimitIsEverything)
{
    const auto empty = counter();
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(deliver(text_of(100), {alice}));
    EXPECT_EQ(line(since(empty, 3)), "Inbox 1:0 2:0 3:0");
    EXPECT_EQ(line(since(empty, 2)), "everything");
    EXPECT_EQ(since(empty, 2).modseq, counter());
    EXPECT_EQ(line(since(counter() + 1)), "everything"); // of another state of the store
}

TEST_F(ChangesTest, OldOnesAreForgotten)
{
    underneath_.changes_to_tell = 10;
    reopen();
    for (int i = 0; i < 12; ++i)
        ASSERT_TRUE(deliver(text_of(100), {alice}));
    std::vector<MessageId> first;
    for (const auto& entry : entries(alice))
        first.push_back(entry.id);
    first.resize(6);
    ASSERT_TRUE(run(mail().set_flags(account(alice), first, flag::seen, 0)));
    ASSERT_TRUE(run(mail().expunge(account(alice), {first[0]})));
    const auto known = counter();
    for (int i = 0; i < 12; ++i)
        ASSERT_TRUE(deliver(text_of(100), {alice}));
    core().upkeep->run_once();
    EXPECT_EQ(line(since(known)), "everything");
    EXPECT_EQ(line(since(counter() - 2)), "Inbox 23:0 24:0");
    EXPECT_EQ(reflagged(), 0);
    EXPECT_EQ(line(since(counter() - 10)), "Inbox 15:0 16:0 17:0 18:0 19:0 20:0 21:0 22:0 23:0 24:0");
}

TEST_F(ChangesTest, AreForgottenInSteps)
{
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(deliver(text_of(100), {alice}));
    std::vector<MessageId> all;
    for (const auto& entry : entries(alice))
        all.push_back(entry.id);
    ASSERT_TRUE(run(mail().set_flags(account(alice), all, flag::seen, 0)));
    ASSERT_TRUE(deliver(text_of(100), {alice}));
    const auto step = [id = account(alice)](sqlite::Database& database) -> Result<bool> {
        return sqlite::forget_changes(database, id, 1, 2);
    };
    for (const auto left : {3, 1, 0}) {
        EXPECT_EQ(*run(sqlite::submit(*core().writer, step)), left > 0);
        EXPECT_EQ(reflagged(), left);
    }
}

TEST_F(ChangesTest, WakesWhoWatchesTheAccount)
{
    const auto watch = store_->changes().watch(account(alice));
    const auto before = counter();
    Delivery for_bob = delivery(text_of(100), {bob});
    Delivery for_both = delivery(text_of(100), {alice, bob});
    Waiting waiting;
    wait(*watch, before, waiting);
    ASSERT_TRUE(run_apart(mail().deliver(std::move(for_bob))));
    context_.poll();
    EXPECT_FALSE(waiting.outcome); // it was someone else's
    ASSERT_TRUE(run_apart(mail().deliver(std::move(for_both))));
    finish(waiting);
    ASSERT_TRUE(*waiting.outcome);
    EXPECT_EQ(**waiting.outcome, counter());
    // What has happened already is told without waiting.
    EXPECT_EQ(run(watch->above(before)).value(), counter());
}

TEST_F(ChangesTest, ManyCommitsLeaveOneWakeUp)
{
    const auto watch = store_->changes().watch(account(alice));
    Waiting waiting;
    const auto before = counter();
    std::vector<Delivery> deliveries;
    for (int i = 0; i < 20; ++i)
        deliveries.push_back(delivery(text_of(100), {alice}));
    wait(*watch, before, waiting);
    for (auto& one : deliveries)
        ASSERT_TRUE(run_apart(mail().deliver(std::move(one))));
    finish(waiting);
    EXPECT_GT(**waiting.outcome, before);
    EXPECT_EQ(run(watch->above(counter() - 1)).value(), counter());
}

TEST_F(ChangesTest, AWaitCanBeCancelled)
{
    const auto watch = store_->changes().watch(account(alice));
    const auto before = counter();
    Waiting waiting;
    wait(*watch, before, waiting);
    EXPECT_FALSE(waiting.outcome);
    waiting.cancel.emit(boost::asio::cancellation_type::terminal);
    finish(waiting);
    EXPECT_EQ(waiting.outcome->error(), boost::asio::error::operation_aborted);
    Waiting again;
    Delivery more = delivery(text_of(100), {alice});
    wait(*watch, before, again);
    ASSERT_TRUE(run_apart(mail().deliver(std::move(more))));
    finish(again);
    EXPECT_TRUE(*again.outcome);
}

TEST_F(ChangesTest, NoticesWhatAnotherProcessDoes)
{
    const auto watch = store_->changes().watch(account(alice));
    const auto before = counter();
    Delivery copy = delivery(text_of(100), {alice});
    Waiting waiting;
    wait(*watch, before, waiting);
    Options importer = options_;
    importer.access = Options::Access::importer;
    auto other = sqlite::open_sqlite(importer);
    copy.body = other->mail().new_spool();
    ASSERT_TRUE(copy.body->append("x"));
    ASSERT_TRUE(run_apart(other->mail().deliver(std::move(copy))));
    finish(waiting);
    EXPECT_EQ(**waiting.outcome, counter());
    other.reset();

    const auto now = counter();
    Waiting last;
    wait(*watch, now, last);
    importer.access = Options::Access::tool;
    other = sqlite::open_sqlite(importer);
    ASSERT_TRUE(run_apart(other->accounts().remove(alice)));
    finish(last);
    EXPECT_EQ(last.outcome->error(), Errc::not_found);
}

} // namespace
} // namespace pillarbox::storage

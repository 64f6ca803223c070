#include "tests/unit/storage/failure_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <future>
#include <latch>
#include <thread>

namespace pillarbox::storage {
namespace {

TEST_F(FailureTest, OfAnyCallNeverLosesAnAcknowledgedDelivery)
{
    for (const std::size_t size : {100u, 20'000u, 400'000u}) {
        for (const auto& [error, for_good] : kinds) {
            const auto kept = all_after_reopening();
            bool failed = true;
            for (std::size_t n = 1; failed; ++n) {
                SCOPED_TRACE(testing::Message() << size << " octets, call " << n << " fails with " << error
                                                << (for_good ? " for good" : ""));
                ASSERT_LT(n, 200u);
                const auto before = all_after_reopening();
                const auto body = text_of(size, static_cast<unsigned>(n));
                faults_->arm(n, error, for_good);
                const auto delivered = try_to_deliver(body);
                failed = faults_->disarm();
                if (!failed) EXPECT_TRUE(delivered);

                // A full disk passes; a failing one stops the store.
                const auto next = try_to_deliver("next");
                EXPECT_EQ(next.has_value(), store_->healthy());
                if (error == ENOSPC && !delivered)
                    EXPECT_TRUE(delivered.error() == Errc::out_of_space ||
                                delivered.error() == Errc::unavailable);

                const auto after = all_after_reopening();
                ASSERT_GE(after.size(), before.size());
                for (std::size_t i = 0; i < before.size(); ++i)
                    EXPECT_TRUE(after[i] == before[i]);
                const std::vector added(after.begin() + static_cast<std::ptrdiff_t>(before.size()),
                                        after.end());
                const auto times = std::ranges::count(added, body);
                EXPECT_LE(times, 1);
                if (delivered) EXPECT_EQ(times, 1);
                EXPECT_EQ(std::ranges::count(added, "next"), next.has_value() ? 1 : 0);
            }
            // Small again, or the next kind reads all of this each time.
            ASSERT_TRUE(run(mail().expunge(alice_, [&] {
                std::vector<MessageId> ids;
                for (const auto& entry : entries(alice))
                    ids.push_back(entry.id);
                return ids;
            }())));
        }
    }
}

TEST_F(FailureTest, OfAnyCallNeverUndoesAnAcknowledgedExpunge)
{
    for (const auto& [error, for_good] : kinds) {
        bool failed = true;
        for (std::size_t n = 1; failed; ++n) {
            SCOPED_TRACE(testing::Message()
                         << "call " << n << " fails with " << error << (for_good ? " for good" : ""));
            ASSERT_LT(n, 200u);
            ASSERT_TRUE(deliver("to go", {alice}));
            ASSERT_TRUE(deliver("to stay", {alice}));
            const auto all = entries(alice);
            const std::vector gone{all[all.size() - 2].id};
            faults_->arm(n, error, for_good);
            const auto expunged = run(mail().expunge(alice_, gone));
            failed = faults_->disarm();
            const auto after = all_after_reopening();
            if (expunged)
                EXPECT_EQ(after.size(), all.size() - 1);
            else
                EXPECT_GE(after.size(), all.size() - 1);
            EXPECT_EQ(after.back(), "to stay");
        }
    }
}

TEST_F(FailureTest, OfAnyCallCopiesAllOrNothing)
{
    ASSERT_TRUE(deliver(text_of(100), {alice}));
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    const auto archive = mailbox(alice, MailboxRole::archive);
    std::size_t copies = 0;
    fail_every_call([&] { return run(mail().copy(alice_, inbox(), archive)).has_value(); },
                    [&](bool done) {
                        const auto there = count(archive);
                        EXPECT_TRUE(there == copies + 2 || (!done && there == copies)) << there;
                        copies = there;
                        EXPECT_EQ(inbox().size(), 2u);
                    });
}

TEST_F(FailureTest, OfAnyCallMovesAllOrNothing)
{
    ASSERT_TRUE(deliver(text_of(100), {alice}));
    ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    const auto archive = mailbox(alice, MailboxRole::archive);
    fail_every_call([&] { return run(mail().move(alice_, inbox(), archive)).has_value(); },
                    [&](bool done) {
                        EXPECT_EQ(inbox().size(), done || count(archive) > 0 ? 0u : 2u);
                        EXPECT_EQ(inbox().size() + count(archive), 2u);
                        const auto page = run(mail().list(alice_, archive, 0, 0, 10));
                        for (const auto& message : page->items)
                            ASSERT_TRUE(run(mail().move(alice_, {message.id}, mailbox(alice))));
                    });
}

TEST_F(FailureTest, OfAnyCallRemovesAMailboxOrKeepsIt)
{
    MailboxId own{};
    const auto fill = [&] {
        own = run(mail().add_mailbox(alice_, "Own")).value();
        ASSERT_TRUE(deliver(text_of(20'000), {alice}));
        ASSERT_TRUE(run(mail().move(alice_, inbox(), own)));
    };
    fill();
    fail_every_call([&] { return run(mail().remove_mailbox(alice_, own)).has_value(); },
                    [&](bool done) {
                        const auto left = run(mail().list(alice_, own, 0, 0, 10));
                        if (!left) return fill();
                        EXPECT_FALSE(done);
                        EXPECT_EQ(left->items.size(), 1u);
                    });
}

TEST_F(FailureTest, OfAnyCallOfUpkeepHarmsNoOther)
{
    const auto stay = text_of(20'000, 1);
    ASSERT_TRUE(deliver(stay, {alice}));
    const auto fill = [&] {
        for (const std::size_t size : {100u, 20'000u, 400'000u})
            ASSERT_TRUE(deliver(text_of(size), {alice}));
        auto gone = inbox();
        gone.erase(gone.begin());
        ASSERT_TRUE(run(mail().expunge(alice_, gone)));
    };
    fill();
    fail_every_call(
        [&] {
            core().upkeep->run_once();
            return rows("SELECT (SELECT count(*) FROM dead) + (SELECT count(*) FROM garbage)") == 0;
        },
        [&](bool) {
            ASSERT_EQ(inbox().size(), 1u);
            EXPECT_EQ(read(inbox().front())->substr(trace.size()), stay);
            core().upkeep->run_once(); // what was left is done now
            EXPECT_EQ(rows("SELECT (SELECT count(*) FROM dead) + (SELECT count(*) FROM garbage)"), 0);
            fill();
        });
}

TEST_F(FailureTest, OfAnyCallWhileTheLogGoesIntoTheDatabase)
{
    unsigned delivered = 0;
    fail_every_call(
        [&] {
            close(); // the last one to close a database brings its log in
            const bool failed = faults_->disarm();
            reopen();
            EXPECT_TRUE(deliver(text_of(20'000, ++delivered), {alice}));
            return !failed;
        },
        [&](bool) {
            const auto there = inbox();
            ASSERT_EQ(there.size(), delivered);
            EXPECT_EQ(read(there.back())->substr(trace.size()), text_of(20'000, delivered));
        });
    EXPECT_GT(delivered, 20u);
}

TEST_F(FailureTest, OnAFullDiskStillLetsMailBeDeleted)
{
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(deliver(text_of(20'000), {alice}));
    const auto all = entries(alice);
    EXPECT_TRUE(core().reserve.held());
    // The body finds no room, and that gives the reserve up.
    faults_->arm(1, ENOSPC, false);
    EXPECT_EQ(try_to_deliver(text_of(20'000)).error(), Errc::out_of_space);
    EXPECT_TRUE(faults_->disarm());
    EXPECT_FALSE(core().reserve.held());
    EXPECT_TRUE(run(mail().expunge(alice_, std::vector{all[0].id})));
    EXPECT_TRUE(store_->healthy());
    core().upkeep->run_once(); // there is room again
    EXPECT_TRUE(core().reserve.held());

    // The log finds no room: the removal is tried again with the reserve's.
    faults_->arm(1, ENOSPC, false);
    EXPECT_TRUE(run(mail().expunge(alice_, std::vector{all[1].id})));
    EXPECT_TRUE(faults_->disarm());
    EXPECT_EQ(entries(alice).size(), 3u);
}

TEST_F(FailureTest, AcknowledgesOnlyWhatIsSynced)
{
    EXPECT_TRUE(faults_->unsynced().empty());
    for (const std::size_t size : {100u, 20'000u, 400'000u}) {
        ASSERT_TRUE(deliver(text_of(size), {alice}));
        for (const auto& path : faults_->unsynced())
            ADD_FAILURE() << path << " after a delivery of " << size;
    }
    ASSERT_TRUE(run(mail().expunge(alice_, std::vector{entries(alice)[0].id})));
    for (const auto& path : faults_->unsynced())
        ADD_FAILURE() << path << " after an expunge";
}

TEST_F(FailureTest, OfASyncStopsTheStore)
{
    faults_->arm(2, EIO, false); // the first is the write
    EXPECT_EQ(try_to_deliver(text_of(20'000)).error(), Errc::unavailable);
    EXPECT_TRUE(faults_->disarm());
    EXPECT_FALSE(store_->healthy());
    EXPECT_EQ(mail().has_room(1).error(), Errc::unavailable);
    EXPECT_EQ(try_to_deliver("more").error(), Errc::unavailable);
    EXPECT_EQ(run(mail().expunge(alice_, {})).error(), Errc::unavailable);
    EXPECT_GE(recorder_->errors(), 1u);
    EXPECT_TRUE(entries(alice).empty()); // reading goes on
}

/// Whether the row of a delivery whose commit failed is on the disk is unknown:
/// an upkeep that has begun before must leave its octets alone.
TEST_F(FailureTest, OfACommitTakesNoOctetsThatARowMayHave)
{
    bool failed = true;
    for (std::size_t n = 1; failed; ++n) {
        SCOPED_TRACE(testing::Message() << "call " << n << " fails");
        ASSERT_LT(n, 100u);
        std::latch entered{1};
        std::promise<void> leave;
        const auto occupy = [&](sqlite::Database&) -> Result<void> {
            entered.count_down();
            leave.get_future().wait();
            return boost::system::in_place_value;
        };
        auto obstacle =
            std::async(std::launch::async, [&] { return sqlite::submit_and_wait(*core().writer, occupy); });
        entered.wait();
        auto arriving = delivery(text_of(20'000, static_cast<unsigned>(n)), {alice});
        core().touched(alice_, "a device"); // so that the upkeep waits for the writer first
        faults_->arm(n, EIO, false);
        boost::asio::co_spawn(context_, mail().deliver(std::move(arriving)),
                              [](std::exception_ptr, Result<void>) {});
        context_.restart();
        context_.poll();
        auto upkeep = std::async(std::launch::async, [this] { core().upkeep->run_once(); });
        const auto waits = [this] {
            const std::lock_guard lock(core().touches.mutex);
            return core().touches.used.empty();
        };
        while (!waits() && upkeep.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            std::this_thread::yield();
        leave.set_value();
        static_cast<void>(obstacle.get());
        upkeep.get();
        context_.run();
        failed = faults_->disarm();
        // As a crash leaves it: closing the database would end what failed.
        const auto crashed = directory_.path() / "crashed";
        std::filesystem::remove(core().layout.reserve);
        std::filesystem::copy(options_.directory, crashed, std::filesystem::copy_options::recursive);
        close();
        std::filesystem::remove_all(options_.directory);
        std::filesystem::rename(crashed, options_.directory);
        static_cast<void>(all_after_reopening());
    }
}

} // namespace
} // namespace pillarbox::storage

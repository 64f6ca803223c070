#include "tests/support/failing_memory.hpp"
#include "tests/unit/storage/failure_test.hpp"

namespace pillarbox::storage {
namespace {

/// SQLite's memory. Want of ours ends the process, and that is as safe as
/// being killed.
class MemoryTest : public FailureTest
{
public:
    MemoryTest()
    {
        close();
        fail_memory(memory_);
        reopen();
    }

    ~MemoryTest() override
    {
        close();
        fail_memory(nullptr);
    }

    /// Runs `work` again and again; each time another allocation fails, alone
    /// or with all that follow, until none is left. The store goes on, and at
    /// the end is as sound on the disk as it seemed.
    template <class Work, class Check>
    void fail_every_allocation(Work work, Check check)
    {
        for (const bool for_good : {false, true}) {
            bool failed = true;
            std::size_t n = 0;
            while (failed) {
                SCOPED_TRACE(testing::Message()
                             << "allocation " << ++n << " fails" << (for_good ? " for good" : ""));
                ASSERT_LT(n, 1000u);
                memory_->arm(n, ENOMEM, for_good);
                const Result<void> done = work();
                failed = memory_->disarm();
                if (!done) EXPECT_EQ(done.error(), Errc::timed_out);
                EXPECT_TRUE(done || failed);
                EXPECT_TRUE(store_->healthy());
                ASSERT_NO_FATAL_FAILURE(check(done.has_value()));
            }
            EXPECT_GT(n, 10u);
            const auto before = inbox();
            EXPECT_EQ(all_after_reopening().size(), before.size());
            EXPECT_EQ(inbox(), before);
        }
    }

    std::shared_ptr<Faults> memory_ = std::make_shared<Faults>();
};

TEST_F(MemoryTest, WantingNeverLosesAnAcknowledgedDelivery)
{
    for (const std::size_t size : {100u, 20'000u, 400'000u}) {
        unsigned seed = 0;
        fail_every_allocation([&] { return try_to_deliver(text_of(size, ++seed)); },
                              [&](bool done) {
                                  const auto there = inbox();
                                  ASSERT_EQ(there.size(), done ? 1u : 0u);
                                  if (!done) return;
                                  EXPECT_EQ(read(there.front())->substr(trace.size()), text_of(size, seed));
                                  ASSERT_TRUE(run(mail().expunge(alice_, there)));
                              });
    }
}

TEST_F(MemoryTest, WantingNeverUndoesAnAcknowledgedExpunge)
{
    ASSERT_TRUE(deliver("to stay", {alice}));
    ASSERT_TRUE(deliver("to go", {alice}));
    auto going = std::vector{inbox().back()};
    fail_every_allocation([&] { return run(mail().expunge(alice_, going)); },
                          [&](bool done) {
                              ASSERT_EQ(inbox().size(), done ? 1u : 2u);
                              if (done) ASSERT_TRUE(deliver("to go", {alice}));
                              going = {inbox().back()};
                          });
}

} // namespace
} // namespace pillarbox::storage

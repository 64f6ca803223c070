#include "tests/support/failing_files.hpp"
#include "tests/unit/storage/compaction_test.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

/// The same on a disk whose calls fail.
class CompactionFailureTest : public CompactionTest
{
public:
    /// A store with half-empty segments, made once.
    void make_template()
    {
        fill_and_wait();
        all_ = texts();
        close();
        std::filesystem::remove(options_.directory / "reserve");
        std::filesystem::copy(options_.directory, template_, std::filesystem::copy_options::recursive);
        underneath_.upkeep_by_itself = false; // what fails, and when, is for the test to say
        underneath_.files = std::make_shared<FailingFiles>(faults_);
        underneath_.vfs = register_failing_vfs(faults_);
    }

    void begin_again()
    {
        close();
        std::filesystem::remove_all(options_.directory);
        std::filesystem::copy(template_, options_.directory, std::filesystem::copy_options::recursive);
        reopen();
        core().upkeep->stop();
    }

    bool said_that_something_is_damaged()
    {
        return std::ranges::any_of(recorder_->events(), [](const Recorder::Event& event) {
            return event.what.find("damaged") != std::string::npos;
        });
    }

    std::filesystem::path template_ = directory_.path() / "template";
    std::shared_ptr<Faults> faults_ = std::make_shared<Faults>();
    Texts all_;
};

TEST_F(CompactionFailureTest, OfAnyCallLosesNothing)
{
    struct Kind
    {
        int error;
        bool for_good;
    };
    make_template();
    for (const auto& [error, for_good] :
         {Kind{EIO, false}, Kind{EIO, true}, Kind{ENOSPC, false}, Kind{ENOSPC, true}}) {
        bool failed = true;
        for (std::size_t n = 1; failed; ++n) {
            SCOPED_TRACE(testing::Message()
                         << "call " << n << " fails with " << error << (for_good ? " for good" : ""));
            ASSERT_LT(n, 300u);
            begin_again();
            faults_->arm(n, error, for_good);
            compact();
            give_back();
            failed = faults_->disarm();
            EXPECT_EQ(texts(), all_);
            if (!failed) EXPECT_LE(segments(), 3u);
            reopen();
            EXPECT_TRUE(store_->healthy());
            EXPECT_FALSE(said_that_something_is_damaged());
            EXPECT_EQ(texts(), all_);
            EXPECT_EQ(verify(), Kinds());
            core().upkeep->run_once();
            EXPECT_LE(segments(), 3u);
            EXPECT_EQ(texts(), all_);
            EXPECT_EQ(verify(), Kinds());
            close();
            EXPECT_EQ(verify(), Kinds());
        }
    }
}

TEST_F(CompactionFailureTest, OfAFullDiskLeavesNoCopies)
{
    make_template();
    bool failed = true;
    for (std::size_t n = 1; failed; ++n) {
        SCOPED_TRACE(testing::Message() << "call " << n << " finds no room");
        begin_again();
        faults_->arm(n, ENOSPC, false);
        compact();
        failed = faults_->disarm();
        const auto delivered = deliver(text_of(body_octets, 1000), {alice}); // behind what was copied
        EXPECT_EQ(delivered.has_value(), store_->healthy());                 // else a sync failed
        core().upkeep->run_once();
        if (delivered) EXPECT_EQ(texts().size(), all_.size() + 1);
        if (!delivered) reopen();
        close();
        EXPECT_EQ(verify(), Kinds());
    }
}

TEST_F(CompactionFailureTest, LetsGoOnlyOfWhatIsSafeElsewhere)
{
    make_template();
    begin_again();
    compact();
    for (const auto& path : faults_->unsynced())
        ADD_FAILURE() << path << " would be lost";
}

} // namespace
} // namespace pillarbox::storage

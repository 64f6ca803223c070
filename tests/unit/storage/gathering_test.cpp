#include "storage/sqlite/gathering.hpp"

#include <gtest/gtest.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;
using Time = Gathering::Time;

class GatheringTest : public testing::Test
{
public:
    /// So many arrivals, one every `interval`.
    void arrivals(int count, Gathering::Duration interval)
    {
        for (int i = 0; i < count; ++i) {
            now_ += interval;
            gathering_.arrived(now_);
        }
    }

    Gathering gathering_;
    Time now_ = Time(1h);
};

TEST_F(GatheringTest, LetsTheFirstOneGoAtOnce)
{
    arrivals(1, 0ms);
    EXPECT_EQ(gathering_.patience(now_, now_), 0ms);
}

TEST_F(GatheringTest, LetsWhatComesNowAndThenGoAtOnce)
{
    arrivals(100, 2ms);
    EXPECT_EQ(gathering_.patience(now_, now_), 0ms);
}

TEST_F(GatheringTest, WaitsWhileWorkArrivesFasterThanAGroupTakes)
{
    arrivals(100, 50us);
    EXPECT_GT(gathering_.patience(now_, now_), 0ms);
}

TEST_F(GatheringTest, WaitsNoLongerThanArrivalsGoOn)
{
    arrivals(100, 50us);
    EXPECT_EQ(gathering_.patience(now_, now_ + 300us), 0ms);
}

TEST_F(GatheringTest, WaitsAFewMillisecondsAtMost)
{
    arrivals(100, 50us);
    const Time first = now_;
    arrivals(80, 50us);
    EXPECT_EQ(gathering_.patience(first, now_), 0ms);
}

TEST_F(GatheringTest, IsPatientWithASlowDiskForSlowerWork)
{
    arrivals(100, 1ms);
    EXPECT_EQ(gathering_.patience(now_, now_), 0ms);
    for (int i = 0; i < 50; ++i)
        gathering_.took(20ms);
    EXPECT_GT(gathering_.patience(now_, now_), 0ms);
}

TEST_F(GatheringTest, KnowsAfterOnePauseThatItIsOver)
{
    arrivals(100, 50us);
    arrivals(1, 100ms);
    EXPECT_EQ(gathering_.patience(now_, now_), 0ms);
}

} // namespace
} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/gathering.hpp"

#include <gtest/gtest.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;
using GatheringTime = Gathering::Time;

class GatheringTest : public testing::Test
{
public:
    void groups(int count, std::size_t size, std::size_t waiting)
    {
        for (int i = 0; i < count; ++i)
            gathering_.finished(size, waiting, now_);
    }

    Gathering gathering_;
    const GatheringTime now_ = GatheringTime(1h);
};

TEST_F(GatheringTest, LetsTheFirstOneGoAtOnce)
{
    EXPECT_EQ(gathering_.patience(1, now_, now_), 0ms);
    EXPECT_FALSE(gathering_.crowded());
}

TEST_F(GatheringTest, LetsWhoComesAloneGoAtOnce)
{
    groups(100, 1, 1);
    EXPECT_EQ(gathering_.patience(1, now_, now_), 0ms);
}

TEST_F(GatheringTest, WaitsForThoseWhoWereHereJustNow)
{
    groups(1, 25, 25);
    EXPECT_TRUE(gathering_.crowded());
    EXPECT_GT(gathering_.patience(25, now_, now_), 0ms);
    EXPECT_EQ(gathering_.patience(50, now_, now_), 0ms);
}

TEST_F(GatheringTest, DoesNotWaitForTheVeryLast)
{
    groups(1, 25, 25);
    EXPECT_EQ(gathering_.patience(45, now_, now_), 0ms);
}

TEST_F(GatheringTest, WaitsAFewMillisecondsAtMost)
{
    groups(1, 25, 25);
    EXPECT_GT(gathering_.patience(1, now_, now_ + 3ms), 0ms);
    EXPECT_EQ(gathering_.patience(1, now_, now_ + 4ms), 0ms);
    // Since the group before, whoever waited already.
    EXPECT_GT(gathering_.patience(1, now_ - 1h, now_), 0ms);
}

TEST_F(GatheringTest, ForgetsACrowdThatIsGone)
{
    groups(1, 25, 25);
    groups(30, 1, 0);
    EXPECT_FALSE(gathering_.crowded());
    EXPECT_EQ(gathering_.patience(1, now_, now_), 0ms);
}

} // namespace
} // namespace pillarbox::storage::sqlite

#include "server/outbound/retry.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;

const storage::Time queued{std::chrono::seconds{1'700'000'000}};
constexpr double middle = 0.5;

TEST(NextAttempt, ComesLaterEachTime)
{
    const std::chrono::seconds expected[] = {5min, 5min, 10min, 20min, 40min, 80min, 160min, 4h, 4h};
    for (std::uint32_t attempts = 0; attempts < std::size(expected); ++attempts)
        EXPECT_EQ(next_attempt(queued, queued, attempts, middle), queued + expected[attempts]) << attempts;
    EXPECT_EQ(next_attempt(queued, queued, 4'000'000'000, middle), queued + 4h);
}

TEST(NextAttempt, IsSpread)
{
    EXPECT_EQ(next_attempt(queued, queued, 1, 0.0), queued + 4min);
    EXPECT_EQ(next_attempt(queued, queued, 1, 0.999999), queued + 5min + 59s);
}

TEST(NextAttempt, ComesAtTheEndOfALifeAndNotAfterIt)
{
    const auto end = queued + longest_life;
    EXPECT_EQ(next_attempt(queued, end - 10s, 40, middle), end);
    EXPECT_FALSE(next_attempt(queued, end, 40, middle));
    EXPECT_FALSE(next_attempt(queued, end + 1h, 1, middle));
}

TEST(NextAttempt, ComesWhenTheTimeForDeliveryIsOver)
{
    const storage::DeliverBy returned{queued + 7min, true};
    EXPECT_EQ(next_attempt(queued, queued, 1, middle, returned), queued + 5min);
    EXPECT_EQ(next_attempt(queued, queued + 5min, 2, middle, returned), queued + 7min);
    EXPECT_FALSE(next_attempt(queued, queued + 7min, 3, middle, returned));
    const storage::DeliverBy told{queued + 7min, false};
    EXPECT_EQ(next_attempt(queued, queued + 5min, 2, middle, told), queued + 7min);
    EXPECT_EQ(next_attempt(queued, queued + 7min, 3, middle, told), queued + 27min);
    const storage::DeliverBy far{queued + 10 * 24h, true};
    EXPECT_FALSE(next_attempt(queued, queued + longest_life, 40, middle, far));
}

TEST(NoticeTime, IsFourHoursOrWhatWasSet)
{
    EXPECT_EQ(notice_time(queued, {}), queued + 4h);
    EXPECT_EQ(notice_time(queued, storage::DeliverBy{queued + 7min, false}), queued + 7min);
    EXPECT_EQ(notice_time(queued, storage::DeliverBy{queued + 7min, true}), queued + 4h);
}

} // namespace
} // namespace pillarbox::outbound

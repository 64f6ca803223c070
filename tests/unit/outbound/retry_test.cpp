#include "server/outbound/retry.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;

const storage::Time first_queued{std::chrono::seconds{1'700'000'000}};
constexpr double middle = 0.5;

TEST(NextAttempt, ComesLaterEachTime)
{
    const std::chrono::seconds expected[] = {5min, 5min, 10min, 20min, 40min, 80min, 160min, 4h, 4h};
    for (std::uint32_t attempts = 0; attempts < std::size(expected); ++attempts)
        EXPECT_EQ(next_attempt(first_queued, first_queued, attempts, middle),
                  first_queued + expected[attempts])
            << attempts;
    EXPECT_EQ(next_attempt(first_queued, first_queued, 4'000'000'000, middle), first_queued + 4h);
}

TEST(NextAttempt, IsSpread)
{
    EXPECT_EQ(next_attempt(first_queued, first_queued, 1, 0.0), first_queued + 4min);
    EXPECT_EQ(next_attempt(first_queued, first_queued, 1, 0.999999), first_queued + 5min + 59s);
}

TEST(NextAttempt, ComesAtTheEndOfALifeAndNotAfterIt)
{
    const auto end = first_queued + longest_life;
    EXPECT_EQ(next_attempt(first_queued, end - 10s, 40, middle), end);
    EXPECT_FALSE(next_attempt(first_queued, end, 40, middle));
    EXPECT_FALSE(next_attempt(first_queued, end + 1h, 1, middle));
}

TEST(NextAttempt, ComesWhenTheTimeForDeliveryIsOver)
{
    const storage::DeliverBy returned{first_queued + 7min, true};
    EXPECT_EQ(next_attempt(first_queued, first_queued, 1, middle, returned), first_queued + 5min);
    EXPECT_EQ(next_attempt(first_queued, first_queued + 5min, 2, middle, returned), first_queued + 7min);
    EXPECT_FALSE(next_attempt(first_queued, first_queued + 7min, 3, middle, returned));
    const storage::DeliverBy told{first_queued + 7min, false};
    EXPECT_EQ(next_attempt(first_queued, first_queued + 5min, 2, middle, told), first_queued + 7min);
    EXPECT_EQ(next_attempt(first_queued, first_queued + 7min, 3, middle, told), first_queued + 27min);
    const storage::DeliverBy far{first_queued + 10 * 24h, true};
    EXPECT_FALSE(next_attempt(first_queued, first_queued + longest_life, 40, middle, far));
}

TEST(NoticeTime, IsFourHoursOrWhatWasSet)
{
    EXPECT_EQ(notice_time(first_queued, {}), first_queued + 4h);
    EXPECT_EQ(notice_time(first_queued, storage::DeliverBy{first_queued + 7min, false}), first_queued + 7min);
    EXPECT_EQ(notice_time(first_queued, storage::DeliverBy{first_queued + 7min, true}), first_queued + 4h);
}

} // namespace
} // namespace pillarbox::outbound

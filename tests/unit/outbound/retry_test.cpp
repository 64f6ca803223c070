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

TEST(NoticeIsDue, OnceAfterFourHours)
{
    EXPECT_FALSE(notice_is_due(queued, queued + 4h - 1s, false));
    EXPECT_TRUE(notice_is_due(queued, queued + 4h, false));
    EXPECT_FALSE(notice_is_due(queued, queued + 4h, true));
}

} // namespace
} // namespace pillarbox::outbound

#include "server/base/rate.hpp"

#include <gtest/gtest.h>

namespace pillarbox {
namespace {

using namespace std::chrono_literals;
using OfNumbers = Rate<int>;

constexpr OfNumbers::Clock::time_point start{1000h};

TEST(Rate, GivesEachItsShareOfASpan)
{
    OfNumbers rate(2, 1h, 10);
    EXPECT_FALSE(rate.take(1, start));
    EXPECT_FALSE(rate.take(1, start + 59min));
    EXPECT_EQ(rate.take(1, start + 59min), 60s);
    EXPECT_EQ(rate.take(1, start + 59min + 59s + 1ms), 1s);
    EXPECT_FALSE(rate.take(2, start + 59min)); // another one
    EXPECT_FALSE(rate.take(1, start + 60min)); // the next hour
    EXPECT_FALSE(rate.take(1, start + 60min));
    EXPECT_EQ(rate.take(1, start + 60min), 1h);
}

TEST(Rate, OfZeroIsNoLimit)
{
    OfNumbers rate(0, 1h, 10);
    for (int i = 0; i < 1000; ++i)
        EXPECT_FALSE(rate.take(1, start));
    EXPECT_EQ(rate.keys(), 0u);
}

TEST(Rate, RemembersSoManyAndForgetsTheIdlest)
{
    OfNumbers rate(1, 1h, 3);
    for (int key = 1; key <= 3; ++key)
        EXPECT_FALSE(rate.take(key, start));
    EXPECT_TRUE(rate.take(1, start)); // used last now
    EXPECT_FALSE(rate.take(4, start));
    EXPECT_EQ(rate.keys(), 3u);
    EXPECT_TRUE(rate.take(1, start));
    EXPECT_TRUE(rate.take(3, start));
    EXPECT_FALSE(rate.take(2, start)); // it was forgotten
    EXPECT_EQ(rate.keys(), 3u);
}

} // namespace
} // namespace pillarbox

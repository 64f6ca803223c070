#include "server/smtp/rate.hpp"

#include <gtest/gtest.h>

namespace pillarbox::smtp {
namespace {

using namespace std::chrono_literals;
using storage::AccountId;

TEST(SubmissionRate, GivesEachAccountItsShareOfAnHour)
{
    SubmissionRate rate(2);
    const SubmissionRate::Clock::time_point start{1000h};
    EXPECT_TRUE(rate.take(AccountId{1}, start));
    EXPECT_TRUE(rate.take(AccountId{1}, start + 1min));
    EXPECT_FALSE(rate.take(AccountId{1}, start + 59min));
    EXPECT_TRUE(rate.take(AccountId{2}, start + 59min));
    EXPECT_TRUE(rate.take(AccountId{1}, start + 60min));
    EXPECT_TRUE(rate.take(AccountId{1}, start + 61min));
    EXPECT_FALSE(rate.take(AccountId{1}, start + 62min));
    EXPECT_TRUE(rate.take(AccountId{2}, start + 62min));
}

} // namespace
} // namespace pillarbox::smtp

#include "server/smtp/rate.hpp"

#include <gtest/gtest.h>

namespace pillarbox::smtp {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;
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

TEST(Rates, AreAsTheConfigurationHasThem)
{
    Config config;
    config.submission.messages_per_hour = 1;
    config.submission.recipients_per_hour = 2;
    config.smtp.connections_per_minute = 1;
    config.smtp.messages_per_hour = 0;
    Rates rates(config);
    const storage::AccountId account{7};
    EXPECT_FALSE(rates.messages.take(account, start));
    EXPECT_EQ(rates.messages.take(account, start), 1h);
    EXPECT_FALSE(rates.recipients.take(account, start));
    EXPECT_FALSE(rates.recipients.take(account, start));
    EXPECT_EQ(rates.recipients.take(account, start), 1h);
    EXPECT_FALSE(rates.connections.take(make_address("192.0.2.1"), start));
    EXPECT_EQ(rates.connections.take(make_address("192.0.2.1"), start), 1min);
    EXPECT_FALSE(rates.connections.take(make_address("192.0.2.2"), start));
    EXPECT_FALSE(rates.connections.take(make_address("2001:db8::"), start));
    EXPECT_TRUE(rates.connections.take(make_address("2001:db8::"), start));
    EXPECT_FALSE(rates.deliveries.take(make_address("192.0.2.1"), start));
}

TEST(InWords, IsForPeople)
{
    EXPECT_EQ(in_words(1s), "1 second");
    EXPECT_EQ(in_words(119s), "119 seconds");
    EXPECT_EQ(in_words(121s), "3 minutes");
    EXPECT_EQ(in_words(1h), "60 minutes");
}

} // namespace
} // namespace pillarbox::smtp

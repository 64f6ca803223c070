#include "server/smtp/rate.hpp"

#include <gtest/gtest.h>

namespace pillarbox::smtp {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

constexpr Rates::OfSites::Clock::time_point start{1000h};

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

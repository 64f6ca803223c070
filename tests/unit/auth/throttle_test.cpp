#include "server/auth/throttle.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pillarbox::auth {
namespace {

using namespace std::chrono_literals;

boost::asio::ip::address at(const char* text)
{
    return boost::asio::ip::make_address(text);
}

class ThrottleTest : public testing::Test
{
protected:
    void fail(const char* peer, int times)
    {
        for (int i = 0; i < times; ++i)
            throttle.failed(at(peer), now);
    }
    Throttle::Verdict check(const char* peer) const { return throttle.check(at(peer), now); }

    Throttle throttle{{{"198.51.100.0", 24}, {"2001:db8:1::", 48}, {"127.0.0.1", 32}}, 100};
    Throttle::Time now{1000h};
};

TEST_F(ThrottleTest, DelaysMoreWithEachFailureAndThenRefuses)
{
    const std::vector<int> delays{0, 0, 0, 0, 0, 1, 2, 4, 8, 15};
    for (const int delay : delays) {
        EXPECT_EQ(check("192.0.2.1").delay, std::chrono::seconds(delay));
        EXPECT_FALSE(check("192.0.2.1").refused);
        fail("192.0.2.1", 1);
    }
    EXPECT_TRUE(check("192.0.2.1").refused);
    EXPECT_FALSE(check("192.0.2.2").refused) << "another address is another network";
}

TEST_F(ThrottleTest, RefusesForAQuarterOfAnHourAndBeginsAnew)
{
    fail("192.0.2.1", 10);
    now += 15min - 1s;
    EXPECT_TRUE(check("192.0.2.1").refused);
    now += 1s;
    EXPECT_FALSE(check("192.0.2.1").refused);
    EXPECT_EQ(check("192.0.2.1").delay, 0s);
    fail("192.0.2.1", 9);
    EXPECT_FALSE(check("192.0.2.1").refused);
    fail("192.0.2.1", 1);
    EXPECT_TRUE(check("192.0.2.1").refused);
}

TEST_F(ThrottleTest, ForgetsAFailureAfterFiveMinutes)
{
    fail("192.0.2.1", 6);
    now += 4min;
    fail("192.0.2.1", 3);
    EXPECT_EQ(check("192.0.2.1").delay, 15s);
    now += 1min;
    EXPECT_EQ(check("192.0.2.1").delay, 0s) << "three are left";
    for (int i = 0; i < 50; ++i) { // one a minute is never refused
        now += 60s;
        fail("192.0.2.1", 1);
        EXPECT_FALSE(check("192.0.2.1").refused) << i;
    }
}

TEST_F(ThrottleTest, TakesAnIPv6NetworkForOne)
{
    for (int i = 0; i < 10; ++i)
        fail(("2001:db8:2:3::" + std::to_string(i)).c_str(), 1);
    EXPECT_TRUE(check("2001:db8:2:3:ffff::1").refused);
    EXPECT_FALSE(check("2001:db8:2:4::1").refused);
}

TEST_F(ThrottleTest, TakesAMappedAddressForItsIPv4One)
{
    fail("::ffff:192.0.2.1", 10);
    EXPECT_TRUE(check("192.0.2.1").refused);
    EXPECT_FALSE(check("::ffff:192.0.2.2").refused);
}

TEST_F(ThrottleTest, LeavesExemptNetworksAlone)
{
    struct Case
    {
        const char* peer;
        bool exempt;
    };
    for (const Case& c :
         {Case{"198.51.100.7", true}, Case{"198.51.101.7", false}, Case{"::ffff:198.51.100.7", true},
          Case{"2001:db8:1:9::1", true}, Case{"2001:db8:2::1", false}, Case{"127.0.0.1", true},
          Case{"127.0.0.2", false}, Case{"::1", false}}) {
        fail(c.peer, 20);
        EXPECT_EQ(check(c.peer).refused, !c.exempt) << c.peer;
    }
}

TEST_F(ThrottleTest, DoesNotExemptLoopbackByItself)
{
    Throttle plain({});
    for (int i = 0; i < 10; ++i)
        plain.failed(at("127.0.0.1"), now);
    EXPECT_TRUE(plain.check(at("127.0.0.1"), now).refused);
}

TEST_F(ThrottleTest, ExemptsEverybodyWhenTheNetworkIsAll)
{
    Throttle open({{"0.0.0.0", 0}, {"::", 0}});
    for (int i = 0; i < 10; ++i) {
        open.failed(at("192.0.2.1"), now);
        open.failed(at("2001:db8::1"), now);
    }
    EXPECT_FALSE(open.check(at("192.0.2.1"), now).refused);
    EXPECT_FALSE(open.check(at("2001:db8::1"), now).refused);
}

TEST_F(ThrottleTest, RemembersNoMoreThanItMay)
{
    for (int i = 0; i < 1000; ++i)
        fail(("10.0." + std::to_string(i / 250) + '.' + std::to_string(i % 250)).c_str(), 10);
    EXPECT_EQ(throttle.size(), 100u);
    EXPECT_TRUE(check("10.0.3.249").refused) << "the newest are kept";
    EXPECT_FALSE(check("10.0.0.0").refused);
}

TEST_F(ThrottleTest, GivesBackWhatIsOver)
{
    fail("192.0.2.1", 3);
    fail("192.0.2.2", 10);
    now += 5min;
    fail("192.0.2.3", 1);
    EXPECT_EQ(throttle.size(), 2u) << "a refusal stays";
    now += 10min;
    fail("192.0.2.4", 1);
    EXPECT_EQ(throttle.size(), 1u);
}

} // namespace
} // namespace pillarbox::auth

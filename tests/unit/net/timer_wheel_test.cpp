#include "server/net/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using Clock = Wheel::Clock;

struct Alarm final : Wheel::Node
{
    std::function<void()> then;
    int rang = 0;
    void expired() noexcept override
    {
        ++rang;
        if (then) then();
    }
};

const Clock::time_point start{};

TEST(Wheel, RingsNeverEarlyAndAtMostTwoTicksLate)
{
    for (const auto after :
         {0ms, 1ms, 50ms, 51ms, 1000ms, 51'199ms, 51'200ms, 51'201ms, 300'000ms, 1'800'000ms}) {
        for (const auto begin : {0ms, 49ms, 60'000ms}) {
            Wheel wheel(start);
            wheel.advance(start + begin);
            Alarm alarm;
            wheel.link(alarm, start + begin + after);
            Clock::time_point now = start + begin;
            while (alarm.rang == 0 && now < start + begin + after + 200ms) {
                EXPECT_TRUE(alarm.linked());
                now += 10ms;
                wheel.advance(now);
            }
            EXPECT_EQ(alarm.rang, 1) << after.count();
            EXPECT_FALSE(alarm.linked());
            EXPECT_GE(now, start + begin + after) << after.count();
            EXPECT_LE(now, start + begin + after + 2 * Wheel::tick + 10ms) << after.count();
        }
    }
}

TEST(Wheel, IsDrivenByNextAlone)
{
    Wheel wheel(start);
    std::deque<Alarm> alarms;
    std::vector<Clock::time_point> rang;
    Clock::time_point now = start;
    for (int i = 1; i <= 200; ++i) {
        alarms.emplace_back();
        alarms.back().then = [&] { rang.push_back(now); };
        wheel.link(alarms.back(), start + i * 1700ms);
    }
    int looks = 0;
    while (const auto next = wheel.next()) {
        EXPECT_GT(*next, now);
        now = *next;
        wheel.advance(now);
        ASSERT_LT(++looks, 10'000);
    }
    ASSERT_EQ(rang.size(), 200u);
    for (int i = 1; i <= 200; ++i) {
        EXPECT_GE(rang[i - 1], start + i * 1700ms);
        EXPECT_LE(rang[i - 1], start + i * 1700ms + 2 * Wheel::tick);
    }
}

TEST(Wheel, ForgetsWhatIsUnlinkedOrDestroyed)
{
    Wheel wheel(start);
    Alarm kept, unlinked;
    {
        Alarm destroyed;
        wheel.link(destroyed, start + 1s);
        wheel.link(unlinked, start + 1s);
        wheel.link(kept, start + 1s);
        EXPECT_EQ(wheel.size(), 3u);
    }
    unlinked.unlink();
    unlinked.unlink();
    EXPECT_EQ(wheel.size(), 1u);
    wheel.advance(start + 2s);
    EXPECT_EQ(kept.rang, 1);
    EXPECT_EQ(unlinked.rang, 0);
    EXPECT_EQ(wheel.size(), 0u);
    EXPECT_FALSE(wheel.next());
}

TEST(Wheel, ReplacesADeadline)
{
    Wheel wheel(start);
    Alarm alarm;
    wheel.link(alarm, start + 1s);
    wheel.link(alarm, start + 10s);
    EXPECT_EQ(wheel.size(), 1u);
    wheel.advance(start + 5s);
    EXPECT_EQ(alarm.rang, 0);
    wheel.advance(start + 11s);
    EXPECT_EQ(alarm.rang, 1);
}

TEST(Wheel, LetsExpiredChangeTheWheel)
{
    Wheel wheel(start);
    Alarm first, second, third;
    first.then = [&] {
        second.unlink(); // due at the same time
        wheel.link(third, start + 3s);
        wheel.link(first, start + 1s); // already past: with the next tick
    };
    wheel.link(first, start + 1s);
    wheel.link(second, start + 1s);
    wheel.advance(start + 2s);
    EXPECT_EQ(first.rang, 1);
    EXPECT_EQ(second.rang, 0);
    first.then = nullptr;
    wheel.advance(start + 4s);
    EXPECT_EQ(first.rang, 2);
    EXPECT_EQ(third.rang, 1);
}

TEST(TimerWheel, RingsInOrderByOneTimer)
{
    boost::asio::io_context loop;
    TimerWheel wheel(loop);
    Alarm late, early, never;
    std::vector<int> order;
    late.then = [&] { order.push_back(2); };
    early.then = [&] { order.push_back(1); };
    wheel.link(never, 1h);
    wheel.link(late, 200ms);
    wheel.link(early, 20ms);
    while (order.size() < 2)
        loop.run_one();
    EXPECT_EQ(order, std::vector<int>({1, 2}));
    never.unlink();
    wheel.wind_down(); // nothing is left: the loop must not wait for an hour
    loop.run();
}

TEST(TimerWheel, LetsTheLoopEndSoonAfterTheLastDeadlineIsTakenBack)
{
    boost::asio::io_context loop;
    TimerWheel wheel(loop);
    Alarm far;
    wheel.link(far, 1h);
    wheel.wind_down();
    loop.run_one();
    far.unlink();
    loop.run();
    EXPECT_EQ(far.rang, 0);
}

} // namespace
} // namespace pillarbox::net

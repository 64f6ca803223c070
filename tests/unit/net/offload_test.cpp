#include "server/net/offload.hpp"

#include "server/net/reactor.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace pillarbox::net {
namespace {

struct Seen
{
    std::thread::id before, inside, after;
    std::unique_ptr<int> outcome;
};

awaitable<void> compute(Reactor& reactor, boost::asio::thread_pool& pool, Seen& seen, bool& done)
{
    seen.before = std::this_thread::get_id();
    auto work = [&seen, input = std::make_unique<int>(41)] {
        seen.inside = std::this_thread::get_id();
        return std::make_unique<int>(*input + 1);
    };
    seen.outcome = co_await offload(pool, std::move(work));
    seen.after = std::this_thread::get_id();
    done = true;
    reactor.stop();
}

TEST(Offload, ComputesElsewhereAndComesBack)
{
    Reactor reactor;
    boost::asio::thread_pool pool(1);
    Seen seen;
    bool done = false;
    reactor.spawn("compute", compute(reactor, pool, seen, done));
    reactor.run();
    pool.join();
    ASSERT_TRUE(done);
    EXPECT_EQ(*seen.outcome, 42);
    EXPECT_EQ(seen.before, std::this_thread::get_id());
    EXPECT_EQ(seen.after, std::this_thread::get_id());
    EXPECT_NE(seen.inside, std::this_thread::get_id());
}

awaitable<void> count(boost::asio::thread_pool& pool, int& sum, int& left, Reactor& reactor)
{
    for (int i = 0; i < 100; ++i) {
        auto work = [i] { return i; };
        const int got = co_await offload(pool, std::move(work));
        sum += got; // one thread's: no lock
    }
    if (--left == 0) reactor.stop();
}

TEST(Offload, ServesManyAtOnce)
{
    Reactor reactor;
    boost::asio::thread_pool pool(2);
    int sum = 0, left = 20;
    for (int i = 0; i < 20; ++i)
        reactor.spawn("count", count(pool, sum, left, reactor));
    reactor.run();
    pool.join();
    EXPECT_EQ(sum, 20 * 4950);
}

TEST(Offload, KeepsTheLoopRunningUntilItIsBack)
{
    Reactor reactor;
    boost::asio::thread_pool pool(1);
    Seen seen;
    bool done = false;
    reactor.stop(); // before it has begun: what is under way still finishes
    reactor.spawn("compute", compute(reactor, pool, seen, done));
    reactor.run();
    pool.join();
    EXPECT_TRUE(done);
}

} // namespace
} // namespace pillarbox::net

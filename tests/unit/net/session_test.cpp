#include "server/net/session.hpp"

#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/test_certificate.hpp"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using test::MemoryPeer;
using test::TestCertificate;

std::string farewell(Errc reason)
{
    return reason == Errc::timed_out ? "421 timeout\r\n" : "421 closing\r\n";
}

using Dialogue = std::function<awaitable<void>(Connection&)>;

awaitable<void> serve(Reactor& reactor, std::unique_ptr<Stream> stream, Dialogue dialogue, bool& returned)
{
    Connection connection(reactor, std::move(stream), Connection::Limits{});
    auto bound = [&connection, &dialogue] { return dialogue(connection); };
    co_await run_session(connection, Log(), bound, farewell);
    returned = true;
}

struct SessionTest : ::testing::Test
{
    Reactor reactor;
    MemoryPeer peer{reactor};
    bool returned = false;

    void start(Dialogue dialogue)
    {
        reactor.spawn("test", serve(reactor, peer.stream(), std::move(dialogue), returned));
        peer.settle();
    }
};

awaitable<void> greet_and_wait(Connection& connection)
{
    connection.put("220 hello\r\n");
    co_await connection.read_line(300s);
    connection.put("221 bye\r\n");
}

TEST_F(SessionTest, SendsWhatIsPendingAndCloses)
{
    start(greet_and_wait);
    peer.send("QUIT\r\n");
    peer.settle();
    EXPECT_TRUE(returned);
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(peer.output(), "220 hello\r\n221 bye\r\n");
}

TEST_F(SessionTest, SaysFarewellWhenItLosesPatience)
{
    start(greet_and_wait);
    reactor.timers().expire(Wheel::Clock::now() + 301s);
    peer.settle();
    EXPECT_TRUE(returned);
    EXPECT_TRUE(peer.closed());
    EXPECT_EQ(peer.output(), "220 hello\r\n421 timeout\r\n");
}

TEST_F(SessionTest, SaysFarewellWhenTheServerDrains)
{
    start(greet_and_wait);
    reactor.drain();
    peer.settle();
    EXPECT_TRUE(returned);
    EXPECT_EQ(peer.output(), "220 hello\r\n421 closing\r\n");
}

TEST_F(SessionTest, IsSilentWhenThePeerHasLeft)
{
    start(greet_and_wait);
    peer.close();
    peer.settle();
    EXPECT_TRUE(returned);
    EXPECT_EQ(peer.output(), "220 hello\r\n");
}

TEST_F(SessionTest, SendsTheRepliesBeforeAFarewell)
{
    start([](Connection& c) -> awaitable<void> {
        co_await c.read_line(300s);
        c.put("250 stored\r\n");
        co_await c.pause(std::chrono::hours(1));
    });
    peer.send("DATA\r\n");
    reactor.context().poll();
    reactor.cancel_all();
    peer.settle();
    EXPECT_TRUE(returned);
    EXPECT_EQ(peer.output(), "250 stored\r\n421 closing\r\n");
}

TEST_F(SessionTest, DoesNotWaitForAPeerThatTakesNoFarewell)
{
    start(greet_and_wait);
    peer.limit_window(1);
    reactor.drain();
    peer.settle();
    EXPECT_TRUE(peer.blocked());
    reactor.timers().expire(Wheel::Clock::now() + 3s);
    peer.settle();
    EXPECT_TRUE(returned);
}

awaitable<void> go_over_to_tls(Connection& connection, TlsContext& context)
{
    co_await connection.read_line(300s);
    connection.put("220 go\r\n");
    co_await connection.start_tls(context);
    connection.put(connection.secure() ? "secure\r\n" : "plain\r\n");
    co_await connection.read_line(300s);
    connection.put("obeyed\r\n");
}

TEST_F(SessionTest, GoesOverToTlsOnlyWhenNothingFollowedInTheClear)
{
    TestCertificate certificate;
    const Dialogue dialogue = [&](Connection& c) { return go_over_to_tls(c, certificate.context()); };
    start(dialogue);
    peer.send("STARTTLS\r\n");
    peer.settle();
    EXPECT_TRUE(peer.secure());
    EXPECT_EQ(peer.output(), "220 go\r\nsecure\r\n");

    MemoryPeer smuggler(reactor);
    bool ended = false;
    reactor.spawn("test", serve(reactor, smuggler.stream(), dialogue, ended));
    smuggler.send("STARTTLS\r\nRSET\r\n");
    smuggler.settle();
    EXPECT_TRUE(ended);
    EXPECT_FALSE(smuggler.secure());
    EXPECT_EQ(smuggler.output(), "220 go\r\n");
}

/// A fault of ours ends this session and nothing else; what it had begun to
/// say is not made to look finished.
TEST_F(SessionTest, EndsAloneWhenSomethingEscapes)
{
    const std::vector<Dialogue> faults = {
        [](Connection& c) -> awaitable<void> {
            c.put("half");
            throw std::bad_alloc();
            co_return;
        },
        [](Connection& c) -> awaitable<void> {
            c.put("half");
            throw std::runtime_error("a fault");
            co_return;
        },
        [](Connection& c) -> awaitable<void> {
            c.put("half");
            throw 7;
            co_return;
        },
    };
    for (const Dialogue& fault : faults) {
        MemoryPeer victim(reactor);
        bool ended = false;
        reactor.spawn("test", serve(reactor, victim.stream(), fault, ended));
        victim.settle();
        EXPECT_TRUE(ended);
        EXPECT_TRUE(victim.closed());
        EXPECT_EQ(victim.output(), "");
    }
    start(greet_and_wait);
    EXPECT_EQ(peer.output(), "220 hello\r\n");
}

} // namespace
} // namespace pillarbox::net

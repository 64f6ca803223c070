#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/unit/api/site_test.hpp"

#include <chrono>

namespace pillarbox::api {
namespace {

using namespace std::chrono_literals;

/// The site at the end of a connection.
class ServeTest : public SiteTest
{
protected:
    ServeTest() { reactor.spawn("test", run_one(reactor, peer, *site_)); }

    static http::awaitable<void> run_one(net::Reactor& reactor, test::MemoryPeer& peer,
                                         const http::Site& site)
    {
        const net::Connection::Limits limits;
        net::Connection connection(reactor, peer.stream(), limits);
        const Log log;
        co_await http::serve(connection, log, site);
    }

    std::string say(std::string_view octets)
    {
        peer.send(octets);
        peer.settle();
        return peer.take_output();
    }

    void pass(std::chrono::seconds time)
    {
        reactor.timers().expire(net::TimerWheel::Clock::now() + time);
        peer.settle();
    }

    net::Reactor reactor;
    test::MemoryPeer peer{reactor, "127.0.0.1"};
};

constexpr std::string_view health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(ServeTest, KeepsTheConnection)
{
    const auto both = say(std::string(health) + std::string(health));
    EXPECT_EQ(both.find("HTTP/1.1 200 OK"), 0u);
    EXPECT_NE(both.find("HTTP/1.1 200 OK", 1), std::string::npos);
    EXPECT_TRUE(say(health).ends_with("\r\n\r\nok\n"));
    EXPECT_FALSE(peer.ended());
    EXPECT_NE(say("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                  .find("Connection: close"),
              std::string::npos);
    EXPECT_TRUE(peer.ended());
}

TEST_F(ServeTest, TellsWhoIsSlowAndNotWhoIsIdle)
{
    EXPECT_EQ(say("GET /healthz HTTP/1.1\r\nHos"), "");
    pass(16s);
    EXPECT_TRUE(peer.take_output().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    EXPECT_TRUE(peer.ended());
}

TEST_F(ServeTest, LeavesAnIdleConnectionInSilence)
{
    say(health);
    pass(61s);
    EXPECT_EQ(peer.take_output(), "");
    EXPECT_TRUE(peer.ended());
}

TEST_F(ServeTest, LeavesWhenTheServerDrains)
{
    say(health);
    reactor.drain();
    peer.settle();
    EXPECT_EQ(peer.take_output(), "");
    EXPECT_TRUE(peer.ended());
}

TEST_F(ServeTest, RefusesWithAProblemAndTheHeaders)
{
    const auto answer = say("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
    EXPECT_NE(answer.find("Content-Security-Policy: "), std::string::npos);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

} // namespace
} // namespace pillarbox::api

#include "server/net/connection.hpp"

#include "server/net/buffer_pool.hpp"
#include "server/net/error.hpp"
#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "tests/support/memory_stream.hpp"

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using test::MemoryPeer;

using Dialogue = std::function<awaitable<void>(Connection&)>;

/// Runs a dialogue over memory and notes how its connection ended.
struct Fixture : ::testing::Test
{
    Connection::Limits limits{
        .line = 32, .longest_refused = 128, .outbox = 64, .write = 300s, .handshake = 30s};
    Reactor reactor;
    MemoryPeer peer{reactor};
    std::optional<Errc> end;
    bool finished = false;

    void start(Dialogue dialogue)
    {
        reactor.spawn("test", run(*this, std::move(dialogue)));
        peer.settle();
    }

    static awaitable<void> run(Fixture& self, Dialogue dialogue)
    {
        Connection connection(self.reactor, self.peer.stream(), self.limits);
        try {
            co_await dialogue(connection);
            self.finished = true;
        } catch (const boost::system::system_error& error) {
            EXPECT_EQ(error.code().category(), error_category()) << error.what();
            self.end = static_cast<Errc>(error.code().value());
        }
    }

    /// As if so much time had passed.
    void pass(std::chrono::seconds time)
    {
        reactor.timers().expire(Wheel::Clock::now() + time);
        peer.settle();
    }
};

using ConnectionTest = Fixture;

/// Echoes lines, with their faults, until QUIT.
awaitable<void> echo(Connection& connection)
{
    for (;;) {
        const Line line = co_await connection.read_line(300s);
        if (line.text == "QUIT") break;
        std::string reply = std::to_string(static_cast<int>(line.fault));
        reply += line.text;
        connection.put(reply + "\r\n");
    }
    connection.put("bye\r\n");
    co_await connection.flush();
}

TEST_F(ConnectionTest, AnswersABurstInOneWrite)
{
    start(echo);
    peer.send("A\r\nB\r\nC\r\nD");
    peer.settle();
    EXPECT_EQ(peer.writes(), std::vector<std::string>({"0A\r\n0B\r\n0C\r\n"}));
    peer.send("\r\nQUIT\r\nbehind the end");
    peer.settle();
    EXPECT_EQ(peer.writes(), std::vector<std::string>({"0A\r\n0B\r\n0C\r\n", "0D\r\nbye\r\n"}));
    EXPECT_TRUE(finished);
}

TEST_F(ConnectionTest, ReadsTheSameLinesHoweverTheyAreCut)
{
    const std::string input = "A\r\nB\nlong " + std::string(40, 'x') + "\r\nC\r\nQUIT\r\n";
    for (const std::size_t piece : {1000u, 7u, 3u, 2u, 1u}) {
        MemoryPeer client(reactor);
        auto session = [](Reactor& r, std::unique_ptr<Stream> stream,
                          Connection::Limits l) -> awaitable<void> {
            Connection connection(r, std::move(stream), l);
            co_await echo(connection);
        };
        reactor.spawn("test", session(reactor, client.stream(), limits));
        client.send_in_pieces(input, piece);
        client.settle();
        EXPECT_EQ(client.output(), "0A\r\n2B\r\n1\r\n0C\r\nbye\r\n") << piece;
    }
}

TEST_F(ConnectionTest, HoldsNoBlockWhileIdle)
{
    start(echo);
    EXPECT_EQ(reactor.buffers().lent(), 0u);
    peer.send("half a li");
    peer.settle();
    EXPECT_EQ(reactor.buffers().lent(), 1u);
    peer.send("ne\r\n");
    peer.settle();
    EXPECT_EQ(reactor.buffers().lent(), 0u);
    EXPECT_EQ(reactor.buffers().kept(), 1u);
    EXPECT_EQ(reactor.sessions(), 1u);
}

TEST_F(ConnectionTest, EndsWhenThePeerDoes)
{
    start(echo);
    peer.close();
    peer.settle();
    EXPECT_EQ(end, Errc::closed_by_peer);
}

TEST_F(ConnectionTest, EndsWhenThePeerHasVanished)
{
    start([](Connection& c) -> awaitable<void> {
        const Line line = co_await c.read_line(300s);
        c.put(line.text);
        co_await c.flush();
    });
    peer.send("A\r\n");
    peer.vanish();
    peer.settle();
    EXPECT_EQ(end, Errc::closed_by_peer);
}

TEST_F(ConnectionTest, LosesPatienceWithASilentPeer)
{
    start(echo);
    pass(299s);
    EXPECT_FALSE(end);
    pass(302s);
    EXPECT_EQ(end, Errc::timed_out);
}

TEST_F(ConnectionTest, IsNotKeptBusyByOctetsThatTrickleIn)
{
    start(echo);
    peer.send("A");
    peer.settle();
    pass(200s);
    EXPECT_FALSE(end);
    peer.send("B");
    peer.settle();
    pass(302s);
    EXPECT_EQ(end, Errc::timed_out);
}

TEST_F(ConnectionTest, LosesPatienceWithAPeerThatDoesNotRead)
{
    peer.limit_window(10);
    start([](Connection& c) -> awaitable<void> {
        c.put("twenty octets of text");
        co_await c.flush();
    });
    EXPECT_TRUE(peer.blocked());
    pass(302s);
    EXPECT_EQ(end, Errc::timed_out);
}

TEST_F(ConnectionTest, WakesWhenTheServerDrains)
{
    start(echo);
    peer.send("A\r\n");
    peer.settle();
    reactor.drain();
    peer.settle();
    EXPECT_EQ(end, Errc::shutting_down);
    EXPECT_EQ(peer.output(), "0A\r\n");
}

TEST_F(ConnectionTest, FinishesALineThatHasBegunBeforeItDrains)
{
    start(echo);
    peer.send("A");
    peer.settle();
    reactor.drain();
    reactor.context().poll();
    EXPECT_FALSE(end);
    peer.send("B\r\n");
    peer.settle();
    EXPECT_EQ(end, Errc::shutting_down);
    EXPECT_EQ(peer.output(), "0AB\r\n");
}

TEST_F(ConnectionTest, DoesNotDrainInsideABody)
{
    start([](Connection& c) -> awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            const std::string_view octets = co_await c.read_some(180s);
            c.consume(octets.size());
        }
    });
    peer.send("1");
    peer.settle();
    reactor.drain();
    reactor.context().poll();
    peer.send("2");
    peer.settle();
    EXPECT_TRUE(peer.waiting());
    peer.send("3");
    peer.settle();
    EXPECT_TRUE(finished);
}

TEST_F(ConnectionTest, EndsEverywhereOnceCancelled)
{
    start([](Connection& c) -> awaitable<void> {
        const std::string_view octets = co_await c.read_some(180s);
        c.consume(octets.size());
    });
    reactor.cancel_all();
    peer.settle();
    EXPECT_EQ(end, Errc::shutting_down);
}

TEST_F(ConnectionTest, BeginsNoWaitOnceCancelled)
{
    reactor.cancel_all();
    reactor.context().poll();
    start(echo);
    EXPECT_EQ(end, Errc::shutting_down);
}

TEST_F(ConnectionTest, SlowsDownAndIsCutShortByADrain)
{
    start([](Connection& c) -> awaitable<void> {
        co_await c.pause(10ms);
        c.put("slept\r\n");
        const Line line = co_await c.read_line(300s);
        co_await c.pause(std::chrono::hours(1));
        c.put(line.text);
        co_await c.flush();
    });
    EXPECT_EQ(peer.take_output(), "slept\r\n");
    peer.send("A\r\n");
    reactor.context().poll();
    EXPECT_FALSE(peer.waiting());
    reactor.drain();
    peer.settle();
    EXPECT_TRUE(finished);
    EXPECT_EQ(peer.output(), "A");
}

TEST_F(ConnectionTest, LetsGoOfASessionThatStillSleeps)
{
    start([](Connection& c) -> awaitable<void> {
        c.put("A");
        co_await c.flush();
        const Line line = co_await c.read_line(300s);
        co_await c.pause(std::chrono::hours(1));
        c.put(line.text);
    });
    peer.send("A\r\n");
    reactor.context().poll();
    // The reactor is destroyed now; a leak checker sees what is left.
}

TEST_F(ConnectionTest, ReadsMoreUpToOneBlock)
{
    std::vector<std::size_t> seen;
    start([&seen](Connection& c) -> awaitable<void> {
        std::string_view octets = co_await c.read_some(15s);
        for (;;) {
            seen.push_back(octets.size());
            octets = co_await c.read_more(15s);
        }
    });
    peer.send("GET / HTTP/1.1\r\n");
    peer.settle();
    peer.send(std::string(BufferPool::block_size - 17, 'x'));
    peer.settle();
    peer.send("yz");
    peer.settle();
    EXPECT_EQ(seen, std::vector<std::size_t>({16, BufferPool::block_size - 1, BufferPool::block_size}));
    EXPECT_EQ(end, Errc::broken_off);
}

TEST_F(ConnectionTest, MixesLinesAndBodies)
{
    start([](Connection& c) -> awaitable<void> {
        const Line command = co_await c.read_line(300s);
        c.put(command.text);
        const std::string_view body = co_await c.read_some(300s);
        c.put(body.substr(0, 4));
        c.consume(4);
        const Line next = co_await c.read_line(300s);
        c.put(next.text);
        co_await c.flush();
    });
    peer.send("DATA\r\nbodyNEXT\r\n");
    peer.settle();
    EXPECT_EQ(peer.writes(), std::vector<std::string>({"DATAbodyNEXT"}));
}

TEST_F(ConnectionTest, ReturnsFromIdleWithWhatBegins)
{
    start([](Connection& c) -> awaitable<void> {
        c.put("ready");
        co_await c.idle(60s);
        const std::string_view octets = co_await c.read_some(15s);
        c.put(octets);
        c.consume(octets.size());
        co_await c.idle(60s);
    });
    EXPECT_EQ(peer.output(), "ready");
    EXPECT_EQ(reactor.buffers().lent(), 0u);
    peer.send("GET");
    peer.settle();
    EXPECT_EQ(peer.output(), "readyGET");
    reactor.drain();
    peer.settle();
    EXPECT_EQ(end, Errc::shutting_down);
}

TEST_F(ConnectionTest, EndsAfterALineWithoutEnd)
{
    start(echo);
    peer.send(std::string(200, 'x'));
    peer.settle();
    EXPECT_EQ(peer.output(), "1\r\n"); // too_long was answered
    EXPECT_EQ(end, Errc::broken_off);
}

TEST_F(ConnectionTest, HoldsNoMoreThanOneOutboxForAPeerThatDoesNotRead)
{
    std::string body;
    for (int i = 0; i < 1000; ++i)
        body += "line " + std::to_string(i) + "\r\n";
    std::size_t sent = 0;
    peer.limit_window(100);
    start([&](Connection& c) -> awaitable<void> {
        c.put("+OK\r\n");
        for (std::size_t at = 0; at < body.size(); at += 50) {
            co_await c.send(std::string_view(body).substr(at, 50));
            sent = at + 50;
        }
        co_await c.send(body); // in one piece
        co_await c.flush();
    });
    std::string received;
    std::size_t rounds = 0;
    while (!peer.ended()) {
        ASSERT_TRUE(peer.blocked());
        EXPECT_LE(sent, received.size() + 100 + limits.outbox + 50);
        received += peer.take_output();
        peer.settle();
        ASSERT_LT(++rounds, 10'000u);
    }
    received += peer.take_output();
    EXPECT_TRUE(finished);
    EXPECT_EQ(received, "+OK\r\n" + body + body);
    for (const std::string& write : peer.writes())
        EXPECT_LE(write.size(), limits.outbox);
}

TEST_F(ConnectionTest, SendsNothingOfWhatItBreaksOff)
{
    start([](Connection& c) -> awaitable<void> {
        c.put("+OK\r\nhalf a bo");
        c.break_off();
        co_return;
    });
    EXPECT_EQ(end, Errc::broken_off);
    EXPECT_EQ(peer.output(), "");
}

} // namespace
} // namespace pillarbox::net

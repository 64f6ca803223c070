#include "server/net/connection.hpp"
#include "server/net/error.hpp"
#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "tests/support/memory_stream.hpp"

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;

/// A server that asks, with each of its patiences, whether its client speaks,
/// and then reads.
struct SpeaksFirst : ::testing::Test
{
    Reactor reactor;
    test::MemoryPeer peer{reactor};
    std::vector<bool> early;
    std::string heard;
    std::optional<Errc> end;

    void ask(std::vector<std::chrono::seconds> patiences)
    {
        reactor.spawn("test", serve(*this, std::move(patiences)));
        peer.settle();
    }

    static awaitable<void> serve(SpeaksFirst& self, std::vector<std::chrono::seconds> patiences)
    {
        Connection connection(self.reactor, self.peer.stream(), {});
        try {
            for (const std::chrono::seconds patience : patiences) {
                const bool spoken = co_await connection.speaks_first(patience);
                self.early.push_back(spoken);
            }
            const std::string_view octets = co_await connection.read_some(60s);
            self.heard = octets;
        } catch (const boost::system::system_error& error) {
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

TEST_F(SpeaksFirst, WhatIsThereAlreadyStaysUnread)
{
    peer.send("EHLO");
    ask({0s, 5s});
    EXPECT_EQ(early, (std::vector<bool>{true, true}));
    EXPECT_EQ(heard, "EHLO");
}

TEST_F(SpeaksFirst, WaitsAsLongAsItIsTold)
{
    ask({0s, 5s, 5s});
    EXPECT_EQ(early, (std::vector<bool>{false}));
    pass(6s);
    EXPECT_EQ(early, (std::vector<bool>{false, false}));
    peer.send("QUIT");
    peer.settle();
    EXPECT_EQ(early, (std::vector<bool>{false, false, true}));
    EXPECT_EQ(heard, "QUIT");
}

TEST_F(SpeaksFirst, TheEndOfThePeersSideIsNoSpeech)
{
    ask({5s});
    peer.close();
    peer.settle();
    EXPECT_EQ(early, (std::vector<bool>{false}));
    EXPECT_EQ(end, Errc::closed_by_peer);
}

} // namespace
} // namespace pillarbox::net

#include "server/net/transcript.hpp"

#include "server/net/connection.hpp"
#include "server/net/error.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "server/net/timer_wheel.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/test_certificate.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;

/// The text without its times.
std::string timeless(const std::string& text)
{
    return std::regex_replace(text, std::regex("(^|\n)[0-9]+\\.[0-9]{3} "), "$1");
}

class Kept : public Transcript::Keeper
{
public:
    void keep(Transcript::About a, std::string t) noexcept override
    {
        about = std::move(a);
        text = timeless(t);
        ++count;
    }

    Transcript::About about;
    std::string text;
    int count = 0;
};

struct TranscriptTest : ::testing::Test
{
    Kept kept;
    Transcript transcript{{.session = "k3f9q2", .protocol = "pop3", .peer = "192.0.2.7"}, kept};

    const std::string& finished()
    {
        transcript.ended({});
        transcript.finish();
        return kept.text;
    }
};

TEST_F(TranscriptTest, HasWhatWasSaidInOrder)
{
    transcript.said("+OK ready\r\n");
    transcript.heard({"PASS", "secret"});
    transcript.said("+OK\r\nTOP\r\n\r\n.\r\n");
    transcript.heard({"", "no command"});
    transcript.note("TLSv1.3");
    transcript.quit();
    EXPECT_EQ(finished(), "S: +OK ready\nC: PASS <secret>\nS: +OK\nS: TOP\nS: \nS: .\nC: <no command>\n"
                          "** TLSv1.3\n** quit\n");
    EXPECT_EQ(kept.about.session, "k3f9q2");
    EXPECT_EQ(kept.about.end, "quit");
}

TEST_F(TranscriptTest, EveryLineHasItsTime)
{
    Transcript::About about;
    struct Raw : Transcript::Keeper
    {
        std::string text;
        void keep(Transcript::About /*about*/, std::string t) noexcept override { text = std::move(t); }
    } raw;
    Transcript one({}, raw);
    one.said("a\r\nb\r\n");
    one.ended("timed_out");
    one.finish();
    EXPECT_TRUE(std::regex_match(raw.text, std::regex("([0-9]+\\.[0-9]{3} (S: .|\\*\\* timed_out)\n){3}")))
        << raw.text;
}

TEST_F(TranscriptTest, EscapesWhatCouldEndALineOrMoveACursor)
{
    transcript.heard({"NOOP \x1b[2J\n\\x\xc3\xa9"});
    EXPECT_EQ(finished(), "C: NOOP \\x1b[2J\\x0a\\\\x\\xc3\\xa9\n** closed\n");
}

TEST_F(TranscriptTest, HidesAnExchangeAndCountsIt)
{
    transcript.heard({"AUTH LOGIN"});
    {
        const Transcript::Hidden hidden(&transcript);
        transcript.said("+ VXNlcm5hbWU6\r\n");
        transcript.said("+ UGFzc3dvcmQ6\r\n");
    }
    transcript.said("+OK\r\n");
    {
        const Transcript::Hidden hidden(&transcript);
    }
    EXPECT_EQ(finished(), "C: AUTH LOGIN\n** 2 challenges and responses left out\nS: +OK\n** closed\n");
}

TEST_F(TranscriptTest, CountsABodyAlsoWhenItWasBrokenOff)
{
    try {
        Passing passing(&transcript, Passing::From::server, "message", 3);
        passing.count(1000);
        passing.count(234);
        throw 1;
    } catch (int) {
    }
    {
        Passing passing(&transcript, Passing::From::client, "message");
    }
    EXPECT_EQ(finished(), "S: <1234 octets of message 3>\nC: <0 octets of message>\n** closed\n");
}

TEST_F(TranscriptTest, WithoutOneNothingIsDone)
{
    const Transcript::Hidden hidden(nullptr);
    Passing passing(nullptr, Passing::From::server, "message", 3);
    passing.count(1);
}

TEST_F(TranscriptTest, KeepsTheBeginningAndTheEndOfALongOne)
{
    const std::string line(100, 'x');
    for (int i = 0; i < 1000; ++i)
        transcript.said(line + "\r\n");
    transcript.heard({"QUIT"});
    transcript.ended("timed_out");
    transcript.said("-ERR too late\r\n");
    transcript.finish();
    EXPECT_LT(kept.text.size(), 33u * 1024);
    EXPECT_GT(kept.text.size(), 28u * 1024);
    const std::smatch none;
    std::smatch found;
    ASSERT_TRUE(std::regex_search(
        kept.text, found,
        std::regex("\n\\*\\* ([0-9]+) lines left out\n\\*\\* timed_out\nS: -ERR too late\n$")));
    const auto in_it = std::count(kept.text.begin(), kept.text.end(), '\n') - 3;
    EXPECT_EQ(std::stol(found[1]) + in_it, 1001);
}

// ---- what a connection writes into it ----------------------------------------

awaitable<void> converse(Connection& connection, TlsContext* tls)
{
    connection.put("+OK hello\r\n");
    const Line line = co_await connection.read_line(300s);
    connection.transcript()->heard({line.text});
    connection.put("+OK go\r\n");
    if (tls) co_await connection.start_tls(*tls);
    co_await connection.send("a message's octets\r\n");
    connection.put(".\r\n");
    co_await connection.read_line(300s);
}

awaitable<void> serve(Reactor& reactor, std::unique_ptr<Stream> stream, Kept& kept, TlsContext* tls)
{
    Connection connection(reactor, std::move(stream), Connection::Limits{});
    Transcript::About about;
    connection.record(std::make_unique<Transcript>(about, kept));
    auto dialogue = [&connection, tls] { return converse(connection, tls); };
    auto farewell = [](Errc) { return std::string("-ERR bye\r\n"); };
    co_await run_session(connection, Log(), std::move(dialogue), std::move(farewell));
}

struct RecordedSession : ::testing::Test
{
    Reactor reactor;
    test::MemoryPeer peer{reactor};
    Kept kept;

    void start(TlsContext* tls = nullptr)
    {
        reactor.spawn("test", serve(reactor, peer.stream(), kept, tls));
        peer.settle();
        peer.send("STLS\r\n");
        peer.settle();
    }
};

TEST_F(RecordedSession, HasRepliesButNoBodies)
{
    start();
    peer.send("QUIT\r\n");
    peer.settle();
    EXPECT_EQ(kept.text, "S: +OK hello\nC: STLS\nS: +OK go\nS: .\n** closed\n");
}

TEST_F(RecordedSession, NotesTls)
{
    test::TestCertificate certificate;
    start(&certificate.context());
    peer.close();
    peer.settle();
    EXPECT_TRUE(kept.text.starts_with("S: +OK hello\nC: STLS\nS: +OK go\n** ")) << kept.text;
    EXPECT_TRUE(kept.text.ends_with("\nS: .\n** closed_by_peer\n")) << kept.text;
}

TEST_F(RecordedSession, HasTheReasonAndTheLastWords)
{
    start();
    reactor.timers().expire(Wheel::Clock::now() + 301s);
    peer.settle();
    EXPECT_EQ(kept.count, 1);
    EXPECT_TRUE(kept.text.ends_with("** timed_out\nS: -ERR bye\n")) << kept.text;
    EXPECT_EQ(kept.about.end, "timed_out");
}

} // namespace
} // namespace pillarbox::net

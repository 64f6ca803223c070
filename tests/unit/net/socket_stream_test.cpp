#include "server/net/socket_stream.hpp"

#include "server/net/buffer_pool.hpp"
#include "server/net/listener.hpp"
#include "server/net/reactor.hpp"
#include "tests/support/running_reactor.hpp"
#include "tests/support/socket_client.hpp"
#include "tests/support/test_certificate.hpp"

#include <openssl/ssl.h>

#include <boost/system/system_error.hpp>

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using test::RunningReactor;
using test::SocketClient;
using test::TestCertificate;

/// A dialogue with all that a stream can do: STARTTLS, BODY n, STAT, QUIT.
awaitable<void> converse(Connection& connection, TlsContext& context)
{
    for (;;) {
        const Line line = co_await connection.read_line(20s);
        const std::string command(line.text);
        if (command == "STARTTLS") {
            connection.put("go\r\n");
            co_await connection.start_tls(context);
        } else if (command == "BODY") {
            const std::string body(3 << 20, 'b'); // more than sockets hold
            co_await connection.send(body);
            connection.put(".\r\n");
        } else if (command == "STAT") {
            connection.put(connection.secure() ? "secure " : "plain ");
            connection.put(connection.tls_description());
            connection.put(" from " + connection.peer().to_string() + "\r\n");
        } else if (command == "READ") {
            std::size_t size = 0;
            while (size < (3u << 20)) {
                const std::string_view octets = co_await connection.read_some(20s);
                size += octets.size();
                connection.consume(octets.size());
            }
            connection.put(std::to_string(size) + "\r\n");
        } else if (command == "QUIT") {
            break;
        } else {
            connection.put("said " + command + "\r\n");
        }
    }
    connection.put("bye\r\n");
}

/// How sessions ended, told from their thread to the test's.
class Endings
{
public:
    void push(std::string how)
    {
        const std::lock_guard lock(mutex_);
        all_.push_back(std::move(how));
        changed_.notify_one();
    }
    std::string next()
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, 20s, [this] { return !all_.empty(); })) return "never";
        std::string how = std::move(all_.front());
        all_.pop_front();
        return how;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> all_;
};

/// A listener whose sessions report how they ended.
struct SocketStreamTest : ::testing::Test
{
    TestCertificate certificate;
    Endings endings;
    RunningReactor reactor;
    std::unique_ptr<Listener> listener;

    void listen(const std::string& address = "127.0.0.1", bool implicit_tls = false)
    {
        ListenerOptions options;
        options.protocol = "test";
        options.endpoints = {{address, 0}};
        options.implicit_tls = implicit_tls ? &certificate.context() : nullptr;
        options.session = [this](Connection& connection, Log) { return session(*this, connection); };
        listener = std::make_unique<Listener>(std::vector<Reactor*>{&*reactor}, options);
        listener->start();
    }

    static awaitable<void> session(SocketStreamTest& self, Connection& connection)
    {
        std::exception_ptr escaped;
        std::string how = "done";
        try {
            co_await converse(connection, self.certificate.context());
        } catch (const boost::system::system_error& error) {
            escaped = std::current_exception();
            how = error.what();
        }
        self.endings.push(how);
        if (escaped) std::rethrow_exception(escaped);
    }

    std::uint16_t port() const { return listener->endpoints().front().port; }
    SocketClient connect() const { return SocketClient(port()); }
};

TEST_F(SocketStreamTest, CarriesADialogueInTheClear)
{
    listen();
    auto client = connect();
    client.send("STAT\r\nA\r\n");
    EXPECT_EQ(client.read_until("said A\r\n"), "plain  from 127.0.0.1\r\nsaid A\r\n");
    client.send("QUIT\r\n");
    EXPECT_EQ(client.read_to_end(), "bye\r\n");
}

TEST_F(SocketStreamTest, GoesOverToTls)
{
    listen();
    auto client = connect();
    client.send("STARTTLS\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "go\r\n");
    client.start_tls();
    client.send("STAT\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "secure TLSv1.3 TLS_AES_256_GCM_SHA384 from 127.0.0.1\r\n");
    client.send("QUIT\r\n");
    EXPECT_EQ(client.read_to_end(), "bye\r\n"); // ended by close_notify, or read_to_end throws
}

TEST_F(SocketStreamTest, SpeaksTls12WithEcdheAndAead)
{
    listen("127.0.0.1", true);
    auto client = connect();
    client.start_tls({.most = TLS1_2_VERSION});
    client.send("STAT\r\n");
    const std::string stat = client.read_until("\r\n");
    EXPECT_TRUE(stat.starts_with("secure TLSv1.2 ECDHE-")) << stat;
}

TEST_F(SocketStreamTest, RefusesOldVersionsAndWeakCiphers)
{
    listen("127.0.0.1", true);
    const std::vector<SocketClient::Tls> weak = {
        {TLS1_1_VERSION, ""},
        {TLS1_VERSION, ""},
        {TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA384"}, // CBC
        {TLS1_2_VERSION, "AES256-GCM-SHA384"},         // no forward secrecy
        {TLS1_2_VERSION, "aNULL"},
    };
    for (const auto& tls : weak) {
        auto client = connect();
        EXPECT_THROW(client.start_tls(tls), std::runtime_error) << tls.most << tls.ciphers;
    }
}

TEST_F(SocketStreamTest, RefusesToObeyWhatFollowedStartTlsInTheClear)
{
    listen();
    auto client = connect();
    client.send("STARTTLS\r\nSTAT\r\n");
    EXPECT_EQ(client.read_to_end(), "go\r\n");
    EXPECT_NE(endings.next().find("in the clear"), std::string::npos);
}

TEST_F(SocketStreamTest, EndsWhenTheHandshakeIsNone)
{
    listen("127.0.0.1", true);
    auto client = connect();
    client.send("EHLO example.test\r\n");
    const std::string answer = client.read_to_end(); // an alert record, if anything
    EXPECT_TRUE(answer.empty() || answer.front() == '\x15');
    EXPECT_EQ(answer.find("said"), std::string::npos);
}

TEST_F(SocketStreamTest, MovesLargeBodiesBothWays)
{
    for (const bool tls : {false, true}) {
        listen("127.0.0.1", tls);
        auto client = connect();
        if (tls) client.start_tls();
        client.send("BODY\r\n");
        const std::string body = client.read_until(".\r\n");
        EXPECT_EQ(body.size(), (3u << 20) + 3);
        EXPECT_EQ(body.find_first_not_of('b'), 3u << 20);
        client.send("READ\r\n");
        client.send(std::string(3 << 20, 'r'));
        EXPECT_EQ(client.read_until("\r\n"), "3145728\r\n") << tls;
        client.send("QUIT\r\n");
        EXPECT_EQ(client.read_to_end(), "bye\r\n");
        EXPECT_EQ(endings.next(), "done");
    }
}

TEST_F(SocketStreamTest, ReadsWhatTlsHasDecryptedAlready)
{
    listen("127.0.0.1", true);
    auto client = connect();
    client.start_tls();
    std::string burst; // one record, which takes more than one read block of lines
    for (int i = 0; i < 1600; ++i)
        burst += "0123456\r\n";
    client.send(burst.substr(0, 16'000 / 9 * 9));
    client.send("QUIT\r\n");
    const std::string answers = client.read_to_end();
    EXPECT_TRUE(answers.ends_with("said 0123456\r\nbye\r\n"));
}

TEST_F(SocketStreamTest, NoticesEndAndReset)
{
    for (const bool tls : {false, true}) {
        for (const bool reset : {false, true}) {
            listen("127.0.0.1", tls);
            auto client = connect();
            if (tls) client.start_tls();
            client.send("A\r\n");
            EXPECT_EQ(client.read_until("\r\n"), "said A\r\n");
            if (reset)
                client.abort();
            else
                client.finish();
            EXPECT_NE(endings.next().find("the peer closed the connection"), std::string::npos)
                << tls << reset;
        }
    }
}

TEST_F(SocketStreamTest, DoesNotLoseItsLastReplyToAReset)
{
    listen();
    auto client = connect();
    client.send("QUIT\r\n" + std::string(50'000, 'x')); // which nobody reads as commands
    EXPECT_EQ(client.read_to_end(), "bye\r\n");
    EXPECT_FALSE(client.reset());
}

TEST_F(SocketStreamTest, AcceptsIpv4OnADualStackSocket)
{
    listen("::");
    auto client = connect(); // to 127.0.0.1
    client.send("STAT\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "plain  from 127.0.0.1\r\n");
}

TEST_F(SocketStreamTest, IsInterruptedByADrainOverTls)
{
    listen("127.0.0.1", true);
    auto client = connect();
    client.start_tls();
    client.send("A\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "said A\r\n");
    reactor->drain();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_NE(endings.next().find("shutting down"), std::string::npos);
}

TEST_F(SocketStreamTest, IsInterruptedByADrainBeforeTheHandshake)
{
    listen("127.0.0.1", true);
    auto client = connect(); // and says nothing
    while (reactor->sessions() == 0)
        std::this_thread::yield();
    reactor->drain();
    EXPECT_EQ(client.read_to_end(), "");
}

/// Half a record keeps OpenSSL waiting, not the server.
TEST_F(SocketStreamTest, IsInterruptedByADrainInsideARecord)
{
    listen("127.0.0.1", true);
    auto client = connect();
    client.start_tls();
    client.send("A\r\n");
    EXPECT_EQ(client.read_until("\r\n"), "said A\r\n");
    const std::string half("\x17\x03\x03\x01\x00", 5);
    ASSERT_EQ(::send(client.descriptor(), half.data(), half.size(), 0), 5);
    reactor->drain();
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(SocketStreamTest, KeepsTheOldCertificateForOldConnections)
{
    listen("127.0.0.1", true);
    certificate.context();
    auto before = connect();
    before.start_tls();
    const TestCertificate renewed;
    std::filesystem::copy_file(renewed.certificate(), certificate.certificate(),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(renewed.key(), certificate.key(),
                               std::filesystem::copy_options::overwrite_existing);
    certificate.context().reload();
    before.send("A\r\nQUIT\r\n");
    EXPECT_EQ(before.read_to_end(), "said A\r\nbye\r\n");
    auto after = connect();
    after.start_tls();
    EXPECT_NE(after.fingerprint(), before.fingerprint());
}

} // namespace
} // namespace pillarbox::net

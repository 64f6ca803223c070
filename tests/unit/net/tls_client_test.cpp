#include "server/net/tls_client.hpp"

#include "server/net/descriptor.hpp"
#include "tests/support/listening.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using test::Listening;
using testing::HasSubstr;

ServerConnection::Options to(const Listening& server, std::chrono::milliseconds patience = 60s)
{
    return {.host = "127.0.0.1", .port = server.port(), .patience = patience};
}

template <class Work>
std::string failure(Work work)
{
    try {
        work();
    } catch (const ConnectionFailed& failed) {
        return failed.what();
    }
    return "it did not fail";
}

TEST(ServerConnection, SpeaksAndHearsInTheClear)
{
    const Listening server;
    ServerConnection connection(to(server));
    EXPECT_TRUE(connection.peer().is_loopback());
    const auto accepted = server.accept();
    connection.write("hello");
    std::array<char, 16> heard{};
    EXPECT_EQ(::recv(accepted.value(), heard.data(), 5, MSG_WAITALL), 5);
    EXPECT_EQ(std::string(heard.data()), "hello");
    EXPECT_EQ(::send(accepted.value(), "you", 3, 0), 3);
    EXPECT_EQ(connection.read(), "you");
    ::shutdown(accepted.value(), SHUT_WR);
    EXPECT_THAT(failure([&] { connection.read(); }), HasSubstr("the server ended the connection"));
}

TEST(ServerConnection, HasPatienceAndNoMore)
{
    const Listening server;
    ServerConnection connection(to(server, 20ms));
    EXPECT_THAT(failure([&] { connection.read(); }), HasSubstr("nothing came"));
    const std::string much(1 << 20, 'x'); // nobody takes it
    EXPECT_THAT(failure([&] {
                    for (;;)
                        connection.write(much);
                }),
                HasSubstr("nothing came"));
}

TEST(ServerConnection, IsInterrupted)
{
    const Listening server;
    const Descriptor interrupt(::eventfd(0, EFD_CLOEXEC));
    auto options = to(server);
    options.interrupt = interrupt.value();
    ServerConnection connection(options);
    std::thread person([&] { ::eventfd_write(interrupt.value(), 1); });
    EXPECT_THAT(failure([&] { connection.read(); }), HasSubstr("interrupted"));
    person.join();
}

TEST(ServerConnection, SaysWhyItCannotBeMade)
{
    Listening server;
    server.close();
    EXPECT_THAT(failure([&] { ServerConnection connection(to(server)); }), HasSubstr("refused"));
}

TEST(ServerConnection, RefusesAFileWithoutCertificates)
{
    const Listening server;
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "none.pem";
    std::ofstream(file) << "nothing\n";
    ServerConnection connection(to(server));
    EXPECT_THAT(failure([&] { connection.start_tls(file); }), HasSubstr("has no certificate"));
}

} // namespace
} // namespace pillarbox::net

#include "server/net/listener.hpp"

#include "server/net/descriptor.hpp"
#include "server/net/listening_socket.hpp"
#include "server/net/reactor.hpp"
#include "tests/support/running_reactor.hpp"
#include "tests/support/socket_client.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;
using test::RunningReactor;
using test::SocketClient;

awaitable<void> echo_lines(Connection& connection, Log)
{
    connection.put("hello\r\n");
    for (;;) {
        const Line line = co_await connection.read_line(20s);
        if (line.text == "QUIT") break;
        connection.put("said " + std::string(line.text) + "\r\n");
    }
    connection.put("bye\r\n");
}

ListenerOptions options(std::vector<Endpoint> endpoints)
{
    ListenerOptions made;
    made.protocol = "pop3";
    made.endpoints = std::move(endpoints);
    made.too_many = "-ERR [SYS/TEMP] too many connections\r\n";
    made.session = echo_lines;
    made.farewell = [](Errc) { return "-ERR closing\r\n"; };
    return made;
}

TEST(Listener, ReportsThePortsItGot)
{
    RunningReactor reactor;
    Listener listener({&*reactor}, options({{"127.0.0.1", 0}, {"::1", 0}}));
    listener.start();
    const auto endpoints = listener.endpoints();
    ASSERT_EQ(endpoints.size(), 2u);
    for (const Endpoint& endpoint : endpoints) {
        EXPECT_NE(endpoint.port, 0);
        SocketClient client(endpoint.port, endpoint.address);
        client.send("QUIT\r\n");
        EXPECT_EQ(client.read_to_end(), "hello\r\nbye\r\n");
    }
}

awaitable<void> tell_peer(Connection& connection, Log)
{
    connection.put("you are " + connection.peer().to_string() + "\r\n");
    const Line line = co_await connection.read_line(20s);
    connection.put("said " + std::string(line.text) + "\r\n");
}

TEST(Listener, BelievesItsProxiesAndNobodyElse)
{
    RunningReactor reactor;
    auto made = options({{"127.0.0.1", 0}, {"::1", 0}});
    made.session = tell_peer;
    made.proxies = {{"127.0.0.0", 8}};
    made.connections_per_ip = 1;
    Listener listener({&*reactor}, made);
    listener.start();
    const auto endpoints = listener.endpoints();
    ASSERT_EQ(endpoints.size(), 2u);

    // Of what follows the header nothing is lost.
    SocketClient first(endpoints[0].port);
    first.send("PROXY TCP4 192.0.2.7 198.51.100.1 56324 110\r\nQUIT\r\n");
    EXPECT_EQ(first.read_to_end(), "you are 192.0.2.7\r\nsaid QUIT\r\n");
    SocketClient own(endpoints[0].port);
    own.send("PROXY UNKNOWN\r\nQUIT\r\n");
    EXPECT_EQ(own.read_to_end(), "you are 127.0.0.1\r\nsaid QUIT\r\n");
    SocketClient silent_about_it(endpoints[0].port);
    silent_about_it.send("QUIT\r\nQUIT\r\n");
    EXPECT_EQ(silent_about_it.read_to_end(), "");
    SocketClient gone(endpoints[0].port);
    gone.send("PROXY TCP4");
    gone.finish();
    EXPECT_EQ(gone.read_to_end(), "");

    SocketClient stranger(endpoints[1].port, "::1");
    stranger.send("PROXY UNKNOWN\r\n");
    EXPECT_EQ(stranger.read_to_end(), "you are ::1\r\nsaid PROXY UNKNOWN\r\n");

    // Limits are for those whom a proxy speaks for.
    SocketClient stays(endpoints[0].port);
    stays.send("PROXY TCP4 192.0.2.7 198.51.100.1 56324 110\r\n");
    EXPECT_EQ(stays.read_until("\r\n"), "you are 192.0.2.7\r\n");
    SocketClient another(endpoints[0].port);
    another.send("PROXY TCP4 192.0.2.7 198.51.100.1 56325 110\r\n");
    EXPECT_EQ(another.read_to_end(), "-ERR [SYS/TEMP] too many connections\r\n");
    SocketClient neighbour(endpoints[0].port);
    neighbour.send("PROXY TCP4 192.0.2.8 198.51.100.1 56326 110\r\nQUIT\r\n");
    EXPECT_EQ(neighbour.read_to_end(), "you are 192.0.2.8\r\nsaid QUIT\r\n");
}

TEST(Listener, SpreadsOverTheReactors)
{
    RunningReactor first, second;
    Listener listener({&*first, &*second}, options({{"127.0.0.1", 0}}));
    listener.start();
    std::vector<SocketClient> clients;
    for (int i = 0; i < 6; ++i) {
        clients.emplace_back(listener.endpoints().front().port);
        EXPECT_EQ(clients.back().read_until("\r\n"), "hello\r\n");
    }
    EXPECT_EQ(first->sessions(), 3u);
    EXPECT_EQ(second->sessions(), 3u);
    EXPECT_EQ(listener.connections(), 6u);
}

TEST(Listener, SaysWhyItCannotListenAndWhatToDo)
{
    Reactor reactor;
    const Listener first({&reactor}, options({{"127.0.0.1", 0}}));
    const auto taken = first.endpoints().front();
    const std::vector<std::pair<Endpoint, std::string>> cases = {
        {taken, "ss -ltnp"},
        {{"192.0.2.1", 0}, "no such address"},
        {{"nonsense", 25}, "pop3.listen"},
    };
    for (const auto& [endpoint, advice] : cases) {
        try {
            const Listener second({&reactor}, options({endpoint}));
            ADD_FAILURE() << "listens on " << to_string(endpoint);
        } catch (const std::runtime_error& error) {
            const std::string text = error.what();
            EXPECT_NE(text.find("pop3: cannot listen on " + to_string(endpoint)), std::string::npos) << text;
            EXPECT_NE(text.find(advice), std::string::npos) << text;
        }
    }
}

TEST(Listener, MayListenOnBothFamiliesSeparately)
{
    RunningReactor reactor;
    std::uint16_t port = 0;
    {
        const Listener probe({&*reactor}, options({{"0.0.0.0", 0}}));
        port = probe.endpoints().front().port;
        reactor->drain(); // the listener's sockets go when it does
    }
    // The port is free again as soon as the reactor has closed the probe.
    for (int tries = 0; tries < 1000; ++tries) {
        try {
            const Listener both({&*reactor}, options({{"::", port}, {"0.0.0.0", port}}));
            EXPECT_EQ(both.endpoints().size(), 2u);
            return;
        } catch (const std::runtime_error&) {
            std::this_thread::yield();
        }
    }
    FAIL() << "the port never became free";
}

TEST(Listener, RefusesWhoeverHasTooManyAndServesOthers)
{
    RunningReactor reactor;
    auto made = options({{"0.0.0.0", 0}});
    made.connections_per_ip = 2;
    made.exempt = {{"127.0.0.3", 32}};
    Listener listener({&*reactor}, std::move(made));
    listener.start();
    const auto port = listener.endpoints().front().port;
    SocketClient one(port), two(port);
    EXPECT_EQ(one.read_until("\r\n"), "hello\r\n");
    EXPECT_EQ(two.read_until("\r\n"), "hello\r\n");
    SocketClient three(port);
    EXPECT_EQ(three.read_to_end(), "-ERR [SYS/TEMP] too many connections\r\n");
    one.send("QUIT\r\n");
    EXPECT_EQ(one.read_to_end(), "bye\r\n");
    while (listener.connections() > 1)
        std::this_thread::yield();
    SocketClient four(port);
    EXPECT_EQ(four.read_until("\r\n"), "hello\r\n");
}

TEST(Listener, RefusesAboveItsLimit)
{
    RunningReactor reactor;
    auto made = options({{"127.0.0.1", 0}});
    made.connections = 1;
    Listener listener({&*reactor}, std::move(made));
    listener.start();
    SocketClient one(listener.endpoints().front().port);
    EXPECT_EQ(one.read_until("\r\n"), "hello\r\n");
    SocketClient two(listener.endpoints().front().port);
    EXPECT_EQ(two.read_to_end(), "-ERR [SYS/TEMP] too many connections\r\n");
    one.send("A\r\n");
    EXPECT_EQ(one.read_until("\r\n"), "said A\r\n");
}

TEST(Listener, DrainsWithAFarewellAndLeavesNothing)
{
    RunningReactor reactor;
    auto listener = std::make_unique<Listener>(std::vector<Reactor*>{&*reactor}, options({{"127.0.0.1", 0}}));
    listener->start();
    const auto port = listener->endpoints().front().port;
    std::vector<SocketClient> clients;
    for (int i = 0; i < 20; ++i)
        clients.emplace_back(port);
    for (auto& client : clients)
        EXPECT_EQ(client.read_until("\r\n"), "hello\r\n");
    EXPECT_EQ(reactor->sessions(), 20u);
    listener->close();
    reactor->drain();
    for (auto& client : clients)
        EXPECT_EQ(client.read_to_end(), "-ERR closing\r\n");
    // A session leaves its reactor first and its listener next.
    while (reactor->sessions() > 0 || listener->connections() > 0)
        std::this_thread::yield();
    EXPECT_THROW(SocketClient late(port), std::runtime_error);
}

/// Lowers the limit to what is open now, so that the next accept fails.
class NoDescriptorsLeft
{
public:
    NoDescriptorsLeft()
    {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(next);
        const rlimit none{static_cast<rlim_t>(next), before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoDescriptorsLeft() { give_back(); }
    void give_back() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

TEST(Listener, TriesAgainWhenDescriptorsAreFree)
{
    RunningReactor reactor;
    Listener listener({&*reactor}, options({{"127.0.0.1", 0}}));
    listener.start();
    const auto port = listener.endpoints().front().port;
    {
        SocketClient before(port);
        EXPECT_EQ(before.read_until("\r\n"), "hello\r\n");
        before.send("QUIT\r\n");
        EXPECT_EQ(before.read_to_end(), "bye\r\n");
    }
    while (reactor->sessions() > 0)
        std::this_thread::yield();

    std::unique_ptr<NoDescriptorsLeft> none;
    int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    none = std::make_unique<NoDescriptorsLeft>();
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to), 0); // the backlog takes it
    const timeval moment{0, 300'000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    char greeting[16];
    rusage start{}, end{};
    ::getrusage(RUSAGE_SELF, &start);
    EXPECT_LT(::recv(socket, greeting, sizeof greeting, 0), 0) << "accepted without a descriptor";
    ::getrusage(RUSAGE_SELF, &end);
    const auto busy = (end.ru_utime.tv_sec - start.ru_utime.tv_sec) * 1'000'000 + end.ru_utime.tv_usec -
                      start.ru_utime.tv_usec;
    EXPECT_LT(busy, 100'000) << "it spins";
    none.reset();
    const timeval long_enough{10, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &long_enough, sizeof long_enough);
    EXPECT_EQ(::recv(socket, greeting, sizeof greeting, 0), 7) << "not accepted afterwards";
    ::close(socket);
}

TEST(Listener, LeavesTheLastDescriptorsToTheStore)
{
    RunningReactor reactor;
    Listener listener({&*reactor}, options({{"127.0.0.1", 0}}));
    listener.start();
    const auto port = listener.endpoints().front().port;
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{200, before.rlim_max};
    std::vector<Descriptor> others;
    do
        others.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    while (others.back().value() < 140);
    ::setrlimit(RLIMIT_NOFILE, &few);
    SocketClient refused(port);
    EXPECT_EQ(refused.read_to_end(), "-ERR [SYS/TEMP] too many connections\r\n");
    others.clear();
    SocketClient served(port);
    EXPECT_EQ(served.read_until("\r\n"), "hello\r\n");
    ::setrlimit(RLIMIT_NOFILE, &before);
}

/// From here on this process has no IPv6.
bool forbid_ipv6()
{
    std::array<sock_filter, 6> program = {{
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, SYS_socket},
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, AF_INET6},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EAFNOSUPPORT},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    }};
    const sock_fprog filter{program.size(), program.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST(Listener, TakesIpv4WhereThereIsNoIpv6)
{
    const pid_t child = ::fork(); // there is no way back from what it does
    if (child == 0) {
        if (!forbid_ipv6()) ::_exit(77);
        Reactor reactor;
        const Listener listener({&reactor}, options({{"::", 0}}));
        ::_exit(listener.endpoints().front().address == "0.0.0.0" ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "this machine allows no seccomp";
    EXPECT_EQ(status, 0);
}

TEST(DescriptorLimit, IsRaisedToTheHardOne)
{
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit low{std::min<rlim_t>(512, before.rlim_max), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

} // namespace
} // namespace pillarbox::net

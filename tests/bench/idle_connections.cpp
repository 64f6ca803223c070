// What an idle connection costs the server in memory of its own: 4 KiB in the
// clear and 20 KiB under TLS at most. A process beside it plays the clients,
// so that their memory does not count.
//
//     bench_idle_connections [--json FILE] [CONNECTIONS]

#include "server/net/descriptor.hpp"
#include "server/net/listener.hpp"
#include "server/net/reactor.hpp"
#include "tests/support/running_reactor.hpp"
#include "tests/support/socket_client.hpp"
#include "tests/support/test_certificate.hpp"

#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace pillarbox;

struct Kind
{
    const char* name;
    bool tls;
    double most; // KiB each
    double cost = 0;
};

/// Writes or reads a few octets through a pipe, or gives up.
template <class T>
void put(int pipe, const T& value)
{
    if (::write(pipe, &value, sizeof value) != ssize_t{sizeof value}) std::exit(2);
}
template <class T>
T take(int pipe)
{
    T value{};
    if (::read(pipe, &value, sizeof value) != ssize_t{sizeof value}) std::exit(2);
    return value;
}

struct Order
{
    std::uint16_t port = 0;
    bool tls = false;
    std::size_t count = 0;
};

/// The clients' process: connects as ordered, waits for a greeting on each,
/// and reports; hangs up with the next order.
[[noreturn]] void play_clients(int orders, int reports)
{
    net::raise_descriptor_limit();
    for (;;) {
        const auto order = take<Order>(orders);
        std::vector<test::SocketClient> clients;
        for (std::size_t i = 0; i < order.count; ++i) {
            auto& client = clients.emplace_back(order.port);
            if (order.tls) client.start_tls();
            client.read_until("\r\n");
            client.send("NOOP\r\n"); // it has been busy once
            client.read_until("\r\n");
        }
        put(reports, clients.size());
        static_cast<void>(take<char>(orders));
    }
}

net::awaitable<void> serve(net::Connection& connection, Log)
{
    using namespace std::chrono_literals;
    connection.put("+OK ready\r\n");
    for (;;) {
        co_await connection.read_line(600s);
        connection.put("+OK\r\n");
    }
}

/// Anonymous memory that is resident, in KiB.
double memory()
{
    ::malloc_trim(0);
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssAnon:")) return std::strtod(line.c_str() + 8, nullptr);
    throw std::runtime_error("/proc/self/status has no RssAnon");
}

double measure(const Kind& kind, std::size_t count, int orders, int reports)
{
    test::TestCertificate certificate;
    test::RunningReactor reactor;
    net::ListenerOptions options;
    options.protocol = kind.name;
    options.endpoints = {{"127.0.0.1", 0}};
    options.connections = options.connections_per_ip = count;
    options.implicit_tls = kind.tls ? &certificate.context() : nullptr;
    options.session = serve;
    net::Listener listener({&*reactor}, options);
    listener.start();
    const std::uint16_t port = listener.endpoints().front().port;

    // A few first: what exists once does not count for each.
    put(orders, Order{port, kind.tls, std::min<std::size_t>(count, 20)});
    take<std::size_t>(reports);
    put(orders, 'x');
    while (reactor->sessions() > 0)
        std::this_thread::yield();

    const double before = memory();
    put(orders, Order{port, kind.tls, count});
    take<std::size_t>(reports);
    const double after = memory();
    put(orders, 'x');
    while (reactor->sessions() > 0)
        std::this_thread::yield();
    return (after - before) / static_cast<double>(count);
}

} // namespace

int main(int argc, char** argv)
{
    std::size_t count = 3000;
    std::string json;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--json") == 0 && i + 1 < argc)
            json = argv[++i];
        else
            count = std::strtoul(argv[i], nullptr, 10);
    }

    std::array<int, 2> orders{}, reports{};
    if (::pipe(orders.data()) != 0 || ::pipe(reports.data()) != 0) return 2;
    const pid_t clients = ::fork();
    if (clients < 0) return 2;
    if (clients == 0) {
        ::close(orders[1]);
        play_clients(orders[0], reports[1]);
    }
    ::close(orders[0]);

    net::raise_descriptor_limit();
    std::vector<Kind> kinds = {{"plain", false, 4}, {"tls", true, 20}};
    bool kept = true;
    std::printf("%-8s %12s %10s %10s\n", "idle", "connections", "KiB each", "at most");
    for (Kind& kind : kinds) {
        kind.cost = measure(kind, count, orders[1], reports[0]);
        kept = kept && kind.cost <= kind.most;
        std::printf("%-8s %12zu %10.1f %10.0f%s\n", kind.name, count, kind.cost, kind.most,
                    kind.cost <= kind.most ? "" : "   TOO MUCH");
        std::fflush(stdout);
    }
    ::close(orders[1]); // the clients end
    ::waitpid(clients, nullptr, 0);

    if (!json.empty()) {
        std::ofstream file(json);
        file << "{\"connections\":" << count;
        for (const Kind& kind : kinds)
            file << ",\"" << kind.name << "_kib\":" << kind.cost << ",\"" << kind.name
                 << "_most\":" << kind.most;
        file << "}\n";
    }
    return kept ? 0 : 1;
}

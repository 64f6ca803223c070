// How fast the whole program takes mail that it must not lose, through SMTP on
// loopback, beside what limits it: the client, a server that stores nothing,
// and the disk with the same octets in the same groups.
//
//     bench_delivery [--json FILE] [--seconds N]

#include "tests/bench/support_disk.hpp"
#include "tests/bench/support_null_smtp.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/bench/support_smtp_load.hpp"
#include "tests/bench/support_system_calls.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace pillarbox::bench;

constexpr int rounds = 3;
constexpr int slices = 5; // of a round's time
constexpr std::size_t accounts = 20;
// The indexer rests while mail comes in, and would work in the pauses between
// the loads, when others are measured; bench_search measures what it costs.
const std::vector<std::string> without_search{"storage.search=false"};
constexpr std::size_t small = std::size_t{10} * 1024;
constexpr std::size_t large = std::size_t{1024} * 1024;
constexpr std::size_t large_connections = 10;

/// Figures by name, one for each round.
class Figures
{
public:
    void add(const char* name, double value) { by_name_[name].push_back(value); }
    double operator[](const char* name) const { return median(by_name_.at(name)); }

private:
    std::map<std::string, std::vector<double>> by_name_;
};

/// What several loads come to.
struct Sum
{
    Sum() = default;
    Sum(double count, double time, double cpu) : messages(count), seconds(time), client_cpu(cpu) {}
    explicit Sum(const LoadResult& result)
        : Sum(static_cast<double>(result.messages.size()), result.seconds, result.client_cpu)
    {}
    Sum& operator+=(const Sum& other)
    {
        messages += other.messages;
        seconds += other.seconds;
        client_cpu += other.client_cpu;
        return *this;
    }
    double rate() const { return messages / seconds; }

    double messages = 0;
    double seconds = 0;
    double client_cpu = 0; // seconds
};

double cores()
{
    return std::max(1u, std::thread::hardware_concurrency());
}

/// 50 connections with 10 KiB, and what else could have been done meanwhile.
void measure_many(Figures& figures, const Folder& folder, const Arguments& arguments)
{
    Server server(folder.path() / "many", accounts, without_search);
    server.start();
    const NullSmtp nothing;
    const auto recipients = server.addresses();
    Load load{
        .port = server.port("smtp"), .recipients = recipients, .octets = small, .time = arguments.time()};

    // In turns, a moment each: some disks are fast for a while and then are not.
    Sum ours, null, plain;
    std::vector<double> waits;
    double groups = 0, used = 0;
    const auto written = server.process().octets_written();
    load.time /= slices;
    for (int slice = 0; slice < slices; ++slice) {
        settle_disk(folder.path());
        load.port = server.port("smtp");
        const auto commits = server.commits();
        const auto cpu = server.process().cpu();
        const auto taken = deliver(load);
        used += server.process().cpu() - cpu;
        const double now = std::max(1.0, server.commits() - commits);
        groups += now;
        ours += Sum(taken);
        const auto some = taken.waits();
        waits.insert(waits.end(), some.begin(), some.end());

        settle_disk(folder.path());
        const auto appended =
            append_and_flush(folder.path() / "plain", small, static_cast<double>(taken.messages.size()) / now,
                             taken.messages.size());
        plain += {static_cast<double>(appended.pieces), appended.seconds, 0};
        load.port = nothing.port();
        null += Sum(deliver(load));
    }
    const auto usage = server.stop(); // what is left in the log is written too

    figures.add("rate", ours.rate());
    figures.add("p50", quantile(waits, 0.5));
    figures.add("p99", quantile(waits, 0.99));
    figures.add("group", ours.messages / groups);
    figures.add("plain rate", plain.rate());
    figures.add("against plain", ours.rate() / plain.rate());
    figures.add("null rate", null.rate());
    figures.add("against null", ours.rate() / null.rate());
    figures.add("null client share", null.client_cpu / null.seconds);
    figures.add("client share", ours.client_cpu / ours.seconds);
    figures.add("server share", used / ours.seconds);
    figures.add("cpu", used * 1000 / ours.messages);
    figures.add("client cpu", ours.client_cpu * 1000 / ours.messages);
    figures.add("written", static_cast<double>(usage.octets_written - written) /
                               (ours.messages * static_cast<double>(small)));
}

/// One connection with 10 KiB, and a few with 1 MiB.
void measure_few(Figures& figures, const Folder& folder, const Arguments& arguments)
{
    Server server(folder.path() / "few", accounts, without_search);
    server.start();
    Load load{.port = server.port("smtp"),
              .recipients = server.addresses(),
              .connections = 1,
              .octets = small,
              .time = arguments.time() / 2};

    settle_disk(folder.path());
    const auto single = deliver(load);
    const auto flush = append_and_flush(folder.path() / "plain", small, 1, 500);
    const double flush_ms = flush.median_ms;
    const double wait = quantile(single.waits(), 0.5);
    figures.add("single rate", single.rate());
    figures.add("single wait", wait);
    figures.add("flush", flush_ms);
    figures.add("single flushes", wait / flush_ms);

    load.connections = large_connections;
    load.octets = large;
    load.time = arguments.time();
    settle_disk(folder.path());
    const auto commits = server.commits();
    const auto big = deliver(load);
    const auto group = static_cast<double>(big.messages.size()) / std::max(1.0, server.commits() - commits);
    settle_disk(folder.path());
    const auto plain = append_and_flush(folder.path() / "plain", large, group, big.messages.size());
    figures.add("large rate", big.rate());
    figures.add("large group", group);
    figures.add("large plain rate", plain.rate());
    figures.add("large against plain", big.rate() / plain.rate());
    figures.add("large client share", big.client_share());
    server.stop();
}

/// By itself: counting costs a little.
void count_calls(Report& report, const Folder& folder, const Arguments& arguments)
{
    Server server(folder.path() / "counted", accounts, without_search);
    server.start();
    const Load load{.port = server.port("smtp"),
                    .recipients = server.addresses(),
                    .octets = small,
                    .time = arguments.time() / 2};
    std::optional<SystemCalls> calls;
    try {
        calls.emplace(server.process().pid());
    } catch (const std::runtime_error& error) {
        report.skipped("flushes per message", error.what());
        report.skipped("system calls per message", error.what());
        return;
    }
    const auto done = deliver(load);
    const auto counts = calls->counts();
    const auto messages = static_cast<double>(done.messages.size());
    report.at_most("flushes per message", static_cast<double>(counts.flushes) / messages, 0.06, "");
    report.at_most("system calls per message", static_cast<double>(counts.all) / messages, 12, "");
    server.stop();
}

/// Why no server could be faster with this client on this machine, if so: it
/// needs nearly a core, or all cores are busy with both.
std::optional<std::string> client_bound(const Figures& figures)
{
    constexpr double nearly_all = 0.95;
    if (figures["client share"] >= nearly_all) return "the client has no more of its core to give";
    return std::nullopt;
}

std::string share(double of_a_core)
{
    return std::to_string(static_cast<int>(of_a_core * 100 + 0.5)) + " % of a core";
}

int measure(const Arguments& arguments)
{
    Figures figures;
    const Folder folder;
    for (int round = 0; round < rounds; ++round) {
        measure_many(figures, folder, arguments);
        measure_few(figures, folder, arguments);
        std::filesystem::remove_all(folder.path() / "many");
        std::filesystem::remove_all(folder.path() / "few");
        std::fprintf(stderr, "round %d of %d\n", round + 1, rounds);
    }

    Report report("delivery");
    report.subject("50 connections, 10 KiB");
    report.info("durable deliveries", figures["rate"], "/s",
                "server " + share(figures["server share"]) + ", client " + share(figures["client share"]) +
                    ", of " + std::to_string(static_cast<int>(cores())));
    report.info("wait for the 250, median", figures["p50"], "ms");
    report.info("wait for the 250, p99", figures["p99"], "ms");
    report.info("messages in a group, mean", figures["group"], "");
    report.info("append + fdatasync, the same groups", figures["plain rate"], "/s");
    report.info("null server", figures["null rate"], "/s", "client " + share(figures["null client share"]));
    report.at_least_unless("against append + fdatasync", figures["against plain"], 0.8, "",
                           client_bound(figures));
    report.at_least("against the null server", figures["against null"], 0.4, "");
    report.at_most("CPU of the server, per 1,000 messages", figures["cpu"], 0.10, "s",
                   "client " + std::to_string(figures["client cpu"]).substr(0, 5) + " s");
    report.at_most("octets written, per octet of a body", figures["written"], 1.3, "",
                   "with what a clean stop writes");
    count_calls(report, folder, arguments);
    report.subject("one connection, 10 KiB");
    report.info("durable deliveries", figures["single rate"], "/s");
    report.info("a flush of the disk, 10 KiB", figures["flush"], "ms");
    report.info("wait for the 250, median", figures["single wait"], "ms");
    report.at_most("wait for the 250, in flushes of the disk", figures["single flushes"], 2, "");
    report.subject("10 connections, 1 MiB");
    report.info("durable deliveries", figures["large rate"], "/s",
                "client " + share(figures["large client share"]));
    report.info("messages in a group, mean", figures["large group"], "");
    report.info("write + fdatasync, the same groups", figures["large plain rate"], "/s");
    report.at_least("against write + fdatasync", figures["large against plain"], 0.5, "");
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

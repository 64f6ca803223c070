// How fast POP3 is: clients that poll, and a maildrop that is fetched whole. In
// turns with a server that stores nothing and, where it can be started, Dovecot
// as fast as it can be told to be: `./dev bench --peers` installs it, as root.
//
//     bench_pop3 [--json FILE] [--seconds N]

#include "tests/bench/support_dovecot.hpp"
#include "tests/bench/support_fill.hpp"
#include "tests/bench/support_null_pop3.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_pop3_load.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace pillarbox::bench;

constexpr int rounds = 5;
constexpr std::size_t connections = 10;
constexpr std::size_t octets = std::size_t{10} * 1024;
constexpr std::size_t polled = 100;   // messages in the maildrop of each connection
constexpr std::size_t fetched = 2000; // in that of one more
constexpr std::size_t fetching = connections;

/// What was measured of one server, a figure for each round.
struct Figures
{
    std::vector<double> polls;   // sessions a second
    std::vector<double> fetches; // messages a second
    std::vector<double> client;  // of a core, while it polled
};

void measure_polls(Figures& figures, std::uint16_t port, const Arguments& arguments)
{
    PollLoad load{.port = port, .users = {}, .password = Server::password, .time = arguments.time()};
    for (std::size_t account = 0; account < connections; ++account)
        load.users.push_back(Server::address(account));
    const auto result = poll(load);
    figures.polls.push_back(result.rate());
    figures.client.push_back(result.client_share());
}

void measure_fetching(Figures& figures, std::uint16_t port)
{
    figures.fetches.push_back(retrieve_pipelined(port, Server::address(fetching), Server::password, fetched));
}

double ratio(const std::vector<double>& ours, const std::vector<double>& theirs)
{
    std::vector<double> each;
    for (std::size_t round = 0; round < ours.size(); ++round)
        each.push_back(ours[round] / theirs[round]);
    return median(each);
}

std::string client_of(const Figures& figures)
{
    return "client " + std::to_string(median(figures.client)).substr(0, 4) + " of a core";
}

void report_all(Report& report, const Figures& ours, const Figures& null, const Figures& theirs,
                double server_cpu, const std::string& missing)
{
    report.subject("POP3, 10 connections: connect, sign in, STAT, UIDL of 100, RETR of 10 KiB, QUIT");
    report.info("Pillarbox: sessions", median(ours.polls), "/s",
                "argon2id, known for a minute; " + client_of(ours));
    report.info("CPU of the server, per 1,000 sessions", server_cpu, "s");
    report.info("a server that stores nothing: sessions", median(null.polls), "/s",
                "argon2id, known for a minute; " + client_of(null));
    report.at_least("against a server that stores nothing", ratio(ours.polls, null.polls), 0.5, "");
    if (missing.empty()) {
        report.info("Dovecot: sessions", median(theirs.polls), "/s",
                    "passwords as they are, cached; " + client_of(theirs));
        report.at_least("against Dovecot", ratio(ours.polls, theirs.polls), 4, "");
    } else {
        report.skipped("against Dovecot", missing);
    }
    report.subject("POP3, one connection: RETR of 2,000 of 10 KiB, pipelined");
    report.info("Pillarbox: messages", median(ours.fetches), "/s");
    if (missing.empty()) {
        report.info("Dovecot: messages", median(theirs.fetches), "/s");
        report.at_least("against Dovecot", ratio(ours.fetches, theirs.fetches), 3, "");
    } else {
        report.skipped("against Dovecot", missing);
    }
}

int measure(const Arguments& arguments)
{
    const Folder folder;
    std::filesystem::permissions(folder.path(),
                                 std::filesystem::perms(0755)); // Dovecot works as another user
    const NullPop3 null(Server::password, polled, octets);
    // The default hash: what is measured is a server as it is used. But nothing is
    // indexed meanwhile, which would be done in the pauses, when others are measured.
    Server server(folder.path() / "pillarbox", connections + 1,
                  {"auth.password_hash=argon2id", "storage.search=false"});
    for (std::size_t account = 0; account < connections; ++account)
        put_messages(server.data(), {Server::address(account), polled, octets});
    put_messages(server.data(), {Server::address(fetching), fetched, octets});
    server.start();

    const std::string missing = Dovecot::missing();
    std::optional<Dovecot> dovecot;
    if (missing.empty()) {
        const auto maildirs = folder.path() / "maildirs";
        std::filesystem::create_directory(maildirs);
        for (std::size_t account = 0; account <= connections; ++account)
            make_maildir(maildirs / Server::address(account), account == fetching ? fetched : polled, octets);
        dovecot.emplace(folder.path() / "dovecot", maildirs, Server::password);
    }

    Figures ours, nulls, theirs;
    std::vector<double> server_cpu;
    for (int round = 0; round < rounds; ++round) {
        const auto cpu = server.process().cpu();
        measure_polls(ours, server.port("pop3"), arguments);
        server_cpu.push_back((server.process().cpu() - cpu) / arguments.seconds / ours.polls.back() * 1000);
        measure_polls(nulls, null.port(), arguments);
        measure_fetching(ours, server.port("pop3"));
        if (!dovecot) continue;
        measure_polls(theirs, dovecot->port(), arguments);
        measure_fetching(theirs, dovecot->port());
    }
    server.stop();

    Report report("pop3");
    report_all(report, ours, nulls, theirs, median(server_cpu), missing);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

// The same load for Postfix delivering to Maildir and for Pillarbox, in turn.
// `./dev bench --peers` installs it and runs this as root; it runs on loopback,
// from a folder of its own. For Dovecot see pop3.cpp.
//
//     bench_peers [--json FILE] [--seconds N]

#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_postfix.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/bench/support_smtp_load.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

namespace {

using namespace pillarbox::bench;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int rounds = 3;
constexpr std::size_t octets = std::size_t{10} * 1024;
constexpr std::size_t for_postfix = 4000; // messages

double seconds_since(Clock::time_point began)
{
    return std::chrono::duration<double>(Clock::now() - began).count();
}

std::string new_folder(const Folder& folder, const char* name)
{
    static int number = 0;
    return folder.path() / (name + std::to_string(++number));
}

void compare_deliveries(Report& report, const Folder& folder, const Arguments& arguments)
{
    std::vector<double> ours, accepted, delivered, against_accepted, against_delivered, tool_ours,
        tool_postfix;
    for (int round = 0; round < rounds; ++round) {
        Server server(new_folder(folder, "pillarbox"));
        server.start();
        Load load{.port = server.port("smtp"), .recipients = server.addresses(), .octets = octets};
        load.time = arguments.time();
        ours.push_back(deliver(load).rate());
        const auto smtp_source = [&](std::uint16_t port, std::size_t messages) {
            const auto began = Clock::now();
            run_program({"smtp-source", "-d", "-s", "50", "-l", std::to_string(octets), "-m",
                         std::to_string(messages), "-f", "sender@example.net", "-t", Server::address(0),
                         "127.0.0.1:" + std::to_string(port)},
                        folder.path() / "smtp-source.log");
            return static_cast<double>(messages) / seconds_since(began);
        };
        tool_ours.push_back(smtp_source(server.port("smtp"), 10 * for_postfix));
        server.stop();

        const Postfix postfix(new_folder(folder, "postfix"), server.addresses());
        load.port = postfix.port();
        load.time = 10min;
        load.messages = for_postfix;
        settle_disk(folder.path());
        const auto began = Clock::now();
        const auto done = deliver(load);
        postfix.await_delivered(done.messages.size());
        const auto all = seconds_since(began);
        accepted.push_back(done.rate());
        delivered.push_back(static_cast<double>(done.messages.size()) / all);
        against_accepted.push_back(ours.back() / accepted.back());
        against_delivered.push_back(ours.back() / delivered.back());
        tool_postfix.push_back(smtp_source(postfix.port(), for_postfix));
        postfix.await_delivered(done.messages.size() + for_postfix);
        std::fprintf(stderr, "round %d of %d\n", round + 1, rounds);
    }
    report.subject("SMTP, 50 connections, 10 KiB, 20 mailboxes");
    report.info("Pillarbox: delivered at the 250", median(ours), "/s", "at the 250: flushed, in the mailbox");
    report.info("Postfix: answered with 250", median(accepted), "/s", "at the 250: flushed in its queue");
    report.info("Postfix: until the last is in its Maildir", median(delivered), "/s",
                "flushed there once more");
    report.at_least("against Postfix delivering to Maildir", median(against_delivered), 20, "");
    report.info("against Postfix's 250s alone", median(against_accepted), "");
    report.info("Pillarbox, by smtp-source", median(tool_ours), "/s", "one recipient, no pipelining");
    report.info("Postfix's 250s, by smtp-source", median(tool_postfix), "/s", "one recipient, no pipelining");
}

int measure(const Arguments& arguments)
{
    const Folder folder;
    // Postfix works as other users in it.
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    Report report("peers");
    compare_deliveries(report, folder, arguments);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    if (::geteuid() != 0) {
        std::fprintf(stderr, "%s: Postfix wants to be started by root\n", argv[0]);
        return 2;
    }
    return run(argc, argv, measure);
}

// The same load for Postfix delivering to Maildir and for Pillarbox, in turn;
// and the same POP3 sessions with Dovecot. `./dev bench --peers` installs both
// and runs this as root; they run on loopback, from folders of their own.
//
//     bench_peers [--json FILE] [--seconds N]

#include "tests/bench/support_fill.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_peers.hpp"
#include "tests/bench/support_pop3.hpp"
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
constexpr std::size_t fetched = 1000;     // messages in the maildrop that is fetched

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

struct Fetching
{
    std::vector<double> polls;   // sessions a second
    std::vector<double> fetches; // messages a second
};

/// One client, one session after the other.
void fetch(Fetching& fetching, std::uint16_t port, const Arguments& arguments)
{
    const auto sign_in = [&](Pop3& session) {
        session.user(Server::address(0));
        session.pass(Server::password);
    };
    const auto began = Clock::now();
    std::size_t sessions = 0;
    for (; Clock::now() < began + arguments.time(); ++sessions) {
        Pop3 session(port);
        sign_in(session);
        session.command("STAT");
        session.listing("UIDL");
        session.quit();
    }
    fetching.polls.push_back(static_cast<double>(sessions) / seconds_since(began));
    Pop3 session(port);
    sign_in(session);
    const auto first = Clock::now();
    for (std::size_t number = 1; number <= fetched; ++number)
        session.listing("RETR " + std::to_string(number));
    fetching.fetches.push_back(static_cast<double>(fetched) / seconds_since(first));
    session.quit();
}

void compare_fetching(Report& report, const Folder& folder, const Arguments& arguments)
{
    Server server(new_folder(folder, "pillarbox"));
    put_messages(server.data(), {Server::address(0), fetched, octets});
    server.start();
    const Postfix postfix(new_folder(folder, "postfix"), {Server::address(0)});
    const auto sent = deliver({.port = postfix.port(),
                               .recipients = {Server::address(0)},
                               .connections = 1,
                               .octets = octets,
                               .messages = fetched,
                               .time = 10min});
    postfix.await_delivered(sent.messages.size());
    const Dovecot dovecot(new_folder(folder, "dovecot"), postfix.maildirs(), Server::password);
    Fetching ours, theirs;
    for (int round = 0; round < rounds; ++round) {
        fetch(ours, server.port("pop3"), arguments);
        fetch(theirs, dovecot.port(), arguments);
    }
    report.subject("POP3, one client, a maildrop of 1,000 of 10 KiB");
    const char* our_hash = "password: argon2id, as cheap as it goes";
    const char* their_hash = "password: compared as it is";
    report.info("Pillarbox: sessions with STAT and UIDL", median(ours.polls), "/s", our_hash);
    report.info("Dovecot: sessions with STAT and UIDL", median(theirs.polls), "/s", their_hash);
    report.info("Pillarbox: RETR", median(ours.fetches), "/s");
    report.info("Dovecot: RETR", median(theirs.fetches), "/s");
    server.stop();
}

int measure(const Arguments& arguments)
{
    const Folder folder;
    // Postfix and Dovecot work as other users in it.
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    Report report("peers");
    compare_deliveries(report, folder, arguments);
    compare_fetching(report, folder, arguments);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    if (::geteuid() != 0) {
        std::fprintf(stderr, "%s: Postfix and Dovecot want to be started by root\n", argv[0]);
        return 2;
    }
    return run(argc, argv, measure);
}

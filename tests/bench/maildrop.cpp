// What those who fetch mail wait for: large maildrops, large messages, many
// deletions, and a poll while mail pours in; and the memory it takes.
//
//     bench_maildrop [--json FILE] [--full] [--seconds N]
//
// --full: a million messages rather than 100,000, and 10 GB rather than 1.

#include "tests/bench/support_fill.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_pop3.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/bench/support_smtp_load.hpp"
#include "tests/bench/support_watch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace pillarbox::bench;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t mib = std::size_t{1024} * 1024;
constexpr std::size_t small = std::size_t{10} * 1024;
constexpr std::size_t crowd = 100'000; // messages in the maildrop that is opened
constexpr std::size_t deleted = 10'000;
constexpr int rounds = 3;

// Who has what; the accounts from `first_loaded` on receive mail.
constexpr std::size_t crowded = 0, empty = 1, vast = 2, polled = 3, large = 4, first_emptied = 5,
                      first_loaded = 10, accounts = 20;

double ms_since(Clock::time_point began)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

double ms_of(const std::function<void()>& work)
{
    const auto began = Clock::now();
    work();
    return ms_since(began);
}

Load background_load(const Server& server, std::size_t connections)
{
    Load load{.port = server.port("smtp"), .recipients = {}, .connections = connections, .octets = small};
    for (auto account = first_loaded; account < accounts; ++account)
        load.recipients.push_back(Server::address(account));
    return load;
}

/// From PASS to the end of `listing`, in ms.
double sign_in_and(const Server& server, std::size_t account, const std::string& command, bool listing)
{
    Pop3 session(server.port("pop3"));
    session.user(Server::address(account));
    const double ms = ms_of([&] {
        session.pass(Server::password);
        if (listing)
            session.listing(command);
        else
            session.command(command);
    });
    session.quit();
    return ms;
}

void measure_opening(Report& report, const Server& server, const Arguments& arguments)
{
    constexpr int times = 15;
    std::vector<double> uidl, uidl_empty, stat, stat_empty;
    for (int i = 0; i < times; ++i) {
        uidl_empty.push_back(sign_in_and(server, empty, "UIDL", true));
        uidl.push_back(sign_in_and(server, crowded, "UIDL", true));
    }
    for (int i = 0; i < 4 * times; ++i) { // cheap, and a matter of microseconds
        stat_empty.push_back(sign_in_and(server, empty, "STAT", false));
        stat.push_back(sign_in_and(server, arguments.full ? vast : crowded, "STAT", false));
    }
    report.subject("opening a maildrop of 100,000");
    report.info("PASS to the end of UIDL of an empty one", median(uidl_empty), "ms",
                "the hash and the login");
    report.at_most("PASS to the end of UIDL, above an empty one", median(uidl) - median(uidl_empty), 25,
                   "ms");
    report.subject(arguments.full ? "STAT-only login with 1,000,000 messages"
                                  : "STAT-only login with 100,000 messages");
    report.info("PASS and STAT of an empty one", median(stat_empty), "ms");
    report.at_most("PASS and STAT, above an empty one", median(stat) - median(stat_empty), 2, "ms");
}

/// One message again and again, by a server that has one core.
void measure_retrieving(Report& report, const Server& server)
{
    constexpr std::size_t octets = 48 * mib;
    constexpr int times = 10;
    deliver({.port = server.port("smtp"),
             .recipients = {Server::address(large)},
             .connections = 1,
             .octets = octets,
             .messages = 1});
    const auto& process = server.process();
    process.forget_peak_memory();
    const auto before = process.memory();
    Pop3 session(server.port("pop3"));
    session.user(Server::address(large));
    session.pass(Server::password);
    session.listing("RETR 1"); // from the disk, if it must be
    process.keep_to_one_core(true);
    const auto cpu = process.cpu();
    double all = 0;
    const double ms = ms_of([&] {
        for (int i = 0; i < times; ++i)
            all += static_cast<double>(session.listing("RETR 1"));
    });
    const auto used = process.cpu() - cpu;
    process.keep_to_one_core(false);
    const auto grown = static_cast<double>(process.memory("VmHWM")) - static_cast<double>(before);
    session.quit();
    if (all < static_cast<double>(times * octets)) throw std::runtime_error("RETR gave less than was sent");
    report.subject("RETR of 48 MiB, plain, a server with one core");
    report.at_least("octets a second", all / ms / 1e6, 1, "GB/s",
                    "server " + std::to_string(static_cast<int>(used * 1e5 / ms)) + " % of its core");
    report.at_most("memory at most, above before", std::max(0.0, grown) / mib, 4, "MiB",
                   "flat: twice what one connection may hold");
}

/// What a client does every few minutes: the time without PASS, and PASS, in ms.
struct Poll
{
    double rest;
    double pass;
};

Poll poll_once(const Server& server)
{
    Poll poll{};
    const auto began = Clock::now();
    Pop3 session(server.port("pop3"));
    session.user(Server::address(polled));
    poll.pass = ms_of([&] { session.pass(Server::password); });
    session.command("STAT");
    session.listing("UIDL");
    session.quit();
    poll.rest = ms_since(began) - poll.pass;
    return poll;
}

void measure_polling(Report& report, const Server& server, const Arguments& arguments)
{
    std::vector<double> idle_p99, loaded_p99, ratio, idle_pass, loaded_pass;
    const auto poll_while = [&](const std::function<bool()>& more, std::vector<double>& p99s,
                                std::vector<double>& pass_p99s) {
        std::vector<double> rest, pass;
        while (more()) {
            const auto poll = poll_once(server);
            rest.push_back(poll.rest);
            pass.push_back(poll.pass);
        }
        p99s.push_back(quantile(rest, 0.99));
        pass_p99s.push_back(quantile(pass, 0.99));
    };
    for (int round = 0; round < rounds; ++round) {
        const auto until = Clock::now() + arguments.time();
        poll_while([&] { return Clock::now() < until; }, idle_p99, idle_pass);
        auto load = background_load(server, 50);
        load.time = arguments.time();
        auto loaded = std::async(std::launch::async, [&] { return deliver(load); });
        poll_while([&] { return loaded.wait_for(0s) != std::future_status::ready; }, loaded_p99, loaded_pass);
        loaded.get();
        ratio.push_back(loaded_p99.back() / idle_p99.back());
    }
    report.subject("a POP3 session that polls 100 messages");
    report.info("p99 while idle", median(idle_p99), "ms", "without PASS");
    report.info("p99 while 50 connections deliver", median(loaded_p99), "ms", "without PASS");
    report.info("p99 of PASS while idle", median(idle_pass), "ms", "with a hash that costs nothing");
    report.info("p99 of PASS while 50 connections deliver", median(loaded_pass), "ms");
    report.at_most("p99 under load against idle", median(ratio), 3, "");
}

double empty_maildrop(const Server& server, std::size_t account)
{
    Pop3 session(server.port("pop3"));
    session.user(Server::address(account));
    session.pass(Server::password);
    session.command("STAT");
    return ms_of([&] {
        session.remove(deleted);
        session.quit();
    });
}

/// What may be missing of what was deleted: half of it in a block at each end.
constexpr double given_back = 0.9 * deleted * small;

void measure_deleting(Report& report, const Server& server)
{
    const auto segments = server.data() / "segments";
    std::vector<double> took, back;
    for (std::size_t i = 0; i < rounds; ++i) {
        const auto before = static_cast<double>(octets_on_disk(segments));
        const Watch watch(segments);
        took.push_back(empty_maildrop(server, first_emptied + i));
        const auto quit = Clock::now();
        while (before - static_cast<double>(octets_on_disk(segments)) < given_back &&
               ms_since(quit) < 120'000)
            watch.await_change(1s);
        back.push_back(ms_since(quit) / 1000);
    }
    report.subject("DELE of 10,000 of 10 KiB, and QUIT");
    report.at_most("the first DELE to the answer to QUIT", median(took), 100, "ms");
    report.at_most("until the disk has its space back", median(back), 60, "s");
}

void measure_deleting_under_load(Report& report, const Server& server)
{
    constexpr double record = 24; // octets before each body in a segment
    const auto segments = server.data() / "segments";
    auto load = background_load(server, 10);
    load.time = 5s;
    const auto undisturbed = deliver(load);
    settle_disk(segments);
    const auto before = static_cast<double>(octets_on_disk(segments));
    auto loaded = std::async(std::launch::async, [&] { return deliver(load); });
    const double took = empty_maildrop(server, first_emptied + rounds);
    const auto quit = Clock::now();
    const auto done = loaded.get();
    const auto arrived = static_cast<double>(done.messages.size()) * (small + record);
    const Watch watch(segments);
    while (before + arrived - static_cast<double>(octets_on_disk(segments)) < given_back &&
           ms_since(quit) < 120'000)
        watch.await_change(1s);
    report.subject("the same while 10 connections deliver");
    report.info("the first DELE to the answer to QUIT", took, "ms");
    report.at_most("until the disk has its space back", ms_since(quit) / 1000, 60, "s",
                   "looked at after 5 s of load");
    report.info("p99 of the wait for a 250, undisturbed", quantile(undisturbed.waits(), 0.99), "ms");
    report.info("p99 of the wait for a 250, meanwhile", quantile(done.waits(), 0.99), "ms");
    report.info("longest wait for a 250, undisturbed", quantile(undisturbed.waits(), 1), "ms");
    report.at_most("longest wait for a 250, meanwhile", quantile(done.waits(), 1), 500, "ms",
                   "this benchmark's idea of a stall");
}

void measure_memory(Report& report, const Folder& folder, const Arguments& arguments)
{
    Server server(folder.path() / "memory");
    server.start();
    report.subject("resident memory of the server");
    report.at_most("after start", static_cast<double>(server.process().memory()) / mib, 20, "MiB");
    const std::size_t octets = arguments.full ? 10'000'000'000 : 1'000'000'000;
    Load load = background_load(server, 50);
    load.messages = octets / small;
    load.time = 30min;
    const auto done = deliver(load);
    report.at_most(arguments.full ? "after storing 10 GB" : "after storing 1 GB",
                   static_cast<double>(server.process().memory()) / mib, 60, "MiB",
                   "at most " + std::to_string(server.process().memory("VmHWM") / mib) + " MiB meanwhile; " +
                       std::to_string(static_cast<int>(done.rate())) + " messages/s");
    server.stop();
}

int measure(const Arguments& arguments)
{
    const Folder folder;
    Server server(folder.path() / "maildrops", accounts);
    put_messages(server.data(), {Server::address(crowded), crowd, 1000});
    put_messages(server.data(), {Server::address(polled), 100, 1000});
    for (std::size_t i = 0; i <= rounds; ++i)
        put_messages(server.data(), {Server::address(first_emptied + i), deleted, small});
    if (arguments.full) put_messages(server.data(), {Server::address(vast), 1'000'000, 1000});
    std::fprintf(stderr, "maildrops are filled\n");

    Report report("maildrop");
    server.start();
    measure_retrieving(report, server); // first: it finds no memory that another has left
    measure_opening(report, server, arguments);
    measure_polling(report, server, arguments);
    measure_deleting(report, server);
    measure_deleting_under_load(report, server);
    server.stop();
    measure_memory(report, folder, arguments);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

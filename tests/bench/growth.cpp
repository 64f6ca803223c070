// What becomes slower as a mailbox and the number of accounts grow, and what
// does not: the store's operations and the start of the server, at a hundredth,
// a tenth and all of 100,000 messages and 1,000 accounts.
//
//     bench_growth [--json FILE] [--full]
//
// --full: 1,000,000 messages and 10,000 accounts.

#include "server/mailflow/index_text.hpp"
#include "tests/bench/support_fill.hpp"
#include "tests/bench/support_mailbox.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/bench/support_smtp_load.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace pillarbox::bench;
using namespace std::chrono_literals;

constexpr std::size_t octets = 1000; // of a message
constexpr int rounds = 3;            // starts of the server

/// How an operation may grow from the smallest size to the largest.
enum class Growth
{
    flat,
    linear
};

struct Operation
{
    const char* name;
    Growth growth;
};

constexpr Operation operations[] = {
    {"list the first page", Growth::flat},
    {"list a page at 90 %", Growth::linear},
    {"open a maildrop, STAT", Growth::flat},
    {"open a maildrop, UIDL", Growth::linear},
    {"open a message", Growth::flat},
    {"deliver", Growth::flat},
    {"delete", Growth::flat},
    {"find where an address leads", Growth::flat},
    {"search, a rare word", Growth::flat},
    {"search, a word of them all", Growth::flat},
    {"start", Growth::flat},
    {"start after kill -9", Growth::flat},
};

using Times = std::map<std::string, double>; // ms, by name of the operation

double median_ms(int times, const std::function<void()>& work)
{
    std::vector<double> all;
    for (int i = 0; i < times; ++i) {
        const auto began = std::chrono::steady_clock::now();
        work();
        all.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    return median(std::move(all));
}

void time_store(Times& times, const std::filesystem::path& data, std::size_t messages, std::size_t accounts)
{
    constexpr int many = 51, few = 7;
    MailboxProbe mailbox(data, Server::address(0));
    const auto position = static_cast<std::uint32_t>(messages / 10 * 9);
    mailbox.list(0); // the first of all reads what nothing has read yet
    times["list the first page"] = median_ms(many, [&] { mailbox.list(0); });
    times["list a page at 90 %"] = median_ms(few, [&] { mailbox.list(position); });
    times["open a maildrop, STAT"] = median_ms(many, [&] { mailbox.open_maildrop(false); });
    times["open a maildrop, UIDL"] = median_ms(few, [&] { mailbox.open_maildrop(true); });
    times["open a message"] = median_ms(many, [&] { mailbox.read_one(); });
    times["deliver"] = median_ms(many, [&] { mailbox.deliver_one(octets); });
    times["delete"] = median_ms(many, [&] { mailbox.remove_newest(); });
    std::size_t account = 0;
    times["find where an address leads"] = median_ms(many, [&] {
        account = (account + 7919) % accounts; // a prime: they come in no order
        mailbox.route("user" + std::to_string(account), "example.org");
    });
}

void time_searches(Times& times, const std::filesystem::path& data, std::size_t messages)
{
    constexpr int many = 51;
    MailboxProbe mailbox(data, Server::address(0), std::make_shared<pillarbox::mailflow::IndexText>());
    mailbox.await_index();
    std::size_t number = 0;
    times["search, a rare word"] = median_ms(many, [&] {
        number = (number + 7919) % (messages / 2); // the newest have gone
        mailbox.search(rare_word(number + 1));
    });
    times["search, a word of them all"] = median_ms(many, [&] { mailbox.search("consectetur"); });
}

void time_starts(Times& times, Server& server)
{
    std::vector<double> clean, crashed;
    for (int i = 0; i < rounds; ++i) {
        clean.push_back(median_ms(1, [&] { server.start(); }));
        // So that there is a log to recover and a segment with an end.
        deliver({.port = server.port("smtp"),
                 .recipients = {Server::address(1)},
                 .octets = std::size_t{10} * 1024,
                 .time = 500ms});
        server.kill();
        crashed.push_back(median_ms(1, [&] { server.start(); }));
        server.stop();
    }
    times["start"] = median(clean);
    times["start after kill -9"] = median(crashed);
}

std::string grouped(std::size_t number)
{
    std::string text = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

void report_size(Report& report, const Times& times, std::size_t messages, std::size_t accounts)
{
    constexpr double start_ms = 2000;
    report.subject(grouped(messages) + " messages in a mailbox, " + grouped(accounts) + " accounts");
    for (const auto& [name, growth] : operations) {
        if (std::string_view(name).starts_with("start"))
            report.at_most(name, times.at(name), start_ms, "ms");
        else
            report.info(name, times.at(name), "ms");
    }
}

/// How many times longer each takes with a hundred times as much.
void report_growth(Report& report, const Times& first, const Times& last)
{
    constexpr double noticeable = 0.2; // ms: below that the machine is what differs
    report.subject("time with a hundred times as much, against the first");
    for (const auto& [name, growth] : operations) {
        const double ratio = last.at(name) / std::max(first.at(name), noticeable);
        report.at_most(name, ratio, growth == Growth::flat ? 3 : 150, "",
                       growth == Growth::flat ? "flat" : "linear");
    }
}

int measure(const Arguments& arguments)
{
    const std::size_t most = arguments.full ? 1'000'000 : 100'000;
    Report report("growth");
    std::vector<Times> all;
    for (const std::size_t messages : {most / 100, most / 10, most}) {
        const std::size_t accounts = std::max<std::size_t>(2, messages / 100);
        const Folder folder;
        Server server(folder.path(), accounts);
        put_messages(server.data(), {Server::address(0), messages, octets});
        auto& times = all.emplace_back();
        time_store(times, server.data(), messages, accounts);
        time_starts(times, server);
        time_searches(times, server.data(), messages);
        report_size(report, times, messages, accounts);
        std::fprintf(stderr, "%s messages are measured\n", grouped(messages).c_str());
    }
    report_growth(report, all.front(), all.back());
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

// How long a search takes with 100,000 messages in a mailbox, how fast messages
// are indexed and what that costs, and how much deliveries feel of it: the
// store alone, loads with and without its indexer in turns.
//
//     bench_search [--json FILE] [--full] [--seconds N]
//
// --full: with 400,000 messages of other accounts in the store; otherwise with
// 25,000 messages in the mailbox.

#include "server/mailflow/index_text.hpp"
#include "server/mailflow/summary.hpp"
#include "storage/store.hpp"
#include "tests/bench/support_index.hpp"
#include "tests/bench/support_letters.hpp"
#include "tests/bench/support_must.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/support/run_task.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace storage = pillarbox::storage;
using namespace pillarbox::bench;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t producers = 50;
constexpr std::size_t words = 250;  // of a letter: some two KiB
constexpr std::size_t others = 200; // accounts
constexpr double search_ms = 100;
constexpr int rounds = 5;

double seconds_since(Clock::time_point began)
{
    return std::chrono::duration<double>(Clock::now() - began).count();
}

double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// A store, with or without an indexer, and the thread that uses it.
class Subject
{
public:
    Subject(const std::filesystem::path& data, bool indexes)
    {
        storage::Options options;
        options.directory = data;
        options.default_quota = 1ull << 50;
        if (indexes) options.extractor = std::make_shared<pillarbox::mailflow::IndexText>();
        store = storage::open(options);
        for (const auto& account : must(run(store->accounts().list())))
            accounts.push_back(account.id);
    }

    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return pillarbox::test::run_task(context, std::move(task));
    }

    void add_accounts()
    {
        must(run(store->accounts().add_domain("example.org")));
        std::vector<storage::NewAccount> added(1 + others);
        for (std::size_t i = 0; i < added.size(); ++i)
            added[i].address = "user" + std::to_string(i) + "@example.org";
        must(run(store->accounts().add(added)));
        for (const auto& account : must(run(store->accounts().list())))
            accounts.push_back(account.id);
    }

    storage::Found search(const std::string& text, std::size_t limit = 50,
                          storage::Rows rows = storage::Rows::messages,
                          std::optional<storage::SearchCursor> after = std::nullopt)
    {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        auto query = storage::parse_search(text, now);
        if (!query) throw std::runtime_error(text + ": " + query.error().sentence);
        return must(run(store->search().search(accounts.at(0), std::move(*query), after, limit, rows)));
    }

    /// Returns once everything of the first account has been indexed.
    void catch_up() { await_index(context, *store, accounts.at(0)); }

    asio::io_context context{1};
    std::unique_ptr<storage::Store> store;
    std::vector<storage::AccountId> accounts;
};

using Next = std::function<bool(std::string& letter, std::string& subject, std::size_t& account)>;

asio::awaitable<void> produce(Subject& subject, Next next, std::vector<double>& waits)
{
    std::string letter, title;
    std::size_t account = 0;
    while (next(letter, title, account)) {
        const auto began = Clock::now();
        storage::Delivery delivery;
        delivery.body = subject.store->mail().new_spool();
        must(delivery.body->append(letter));
        delivery.copies.push_back({subject.accounts.at(account), "Return-Path: <sender@example.net>\r\n"});
        delivery.summary = pillarbox::mailflow::summary_of(letter);
        const auto delivered = co_await subject.store->mail().deliver(std::move(delivery));
        must(delivered);
        waits.push_back(seconds_since(began) * 1000);
    }
}

std::vector<double> deliver_all(Subject& subject, const Next& next)
{
    std::vector<double> waits;
    for (std::size_t i = 0; i < producers; ++i)
        asio::co_spawn(subject.context, produce(subject, next, waits), rethrow);
    subject.context.restart();
    subject.context.run();
    return waits;
}

void fill(Subject& subject, std::size_t mine, std::size_t of_others)
{
    Letters letters;
    std::size_t number = 0;
    const std::size_t all = mine + of_others;
    const std::size_t turn = all / mine;
    deliver_all(subject, [&](std::string& letter, std::string&, std::size_t& account) {
        if (number == all) return false;
        account = number % turn == 0 ? 0 : 1 + number % others;
        const bool rare = number / turn % 5000 == 0;
        letter = letters.write(number, words, account != 0 ? "theirs" : rare ? "mine onceinawhile" : "mine");
        ++number;
        return true;
    });
}

/// Some stars, so that few of many are wanted.
void mark_some(Subject& subject)
{
    for (const auto& item : subject.search("onceinawhile", 5).items)
        must(subject.run(
            subject.store->mail().set_flags(subject.accounts.at(0), item.id, storage::flag::flagged, 0)));
}

void time_searches(Report& report, Subject& subject)
{
    const Letters letters;
    const auto& w = [&](std::size_t n) -> const std::string& { return letters.word(n); };
    const struct
    {
        const char* what;
        std::string query;
    } searches[] = {
        {"header: a subject's word", "subject:" + w(20)},
        {"header: a rare one", "subject:" + w(9000)},
        {"header: from one of 500", "from:sender77@example.net"},
        {"header: any field", "header:X-Mailer:\"mailer 7\""},
        {"body: a word in every message", "mine"},
        {"body: a frequent word", w(3)},
        {"body: a rare word", "onceinawhile"},
        {"body: a word that others have", "theirs"},
        {"body: two frequent words", w(1) + " " + w(2)},
        {"body: a phrase of frequent words", "\"" + w(1) + " " + w(2) + "\""},
        {"body: a phrase of rarer words", "\"" + w(50) + " " + w(90) + "\""},
        {"body: two letters and any ending", w(0).substr(0, 2) + "*"},
        {"body: four letters and any ending", w(700).substr(0, 4) + "*"},
        {"body: any of three words", w(11) + " OR " + w(500) + " OR theirs"},
        {"body: not a word", "-mine"},
        {"body: Japanese", "日本語の手紙"},
        {"operators: unread, with a frequent word", "is:unread " + w(3)},
        {"operators: one of few starred, with a word in every message", "is:starred mine"},
        {"operators: unread in a mailbox", "is:unread in:inbox"},
        {"operators: starred or a rare word", "is:starred OR onceinawhile"},
        {"operators: small ones of the last week", "smaller:1k newer_than:7d"},
        {"operators: with attachments", "has:attachment"},
    };
    for (const auto& [what, query] : searches) {
        constexpr int times = 15;
        std::vector<double> all;
        storage::Found found;
        for (int i = 0; i < times; ++i) {
            const auto began = Clock::now();
            found = subject.search(query);
            all.push_back(seconds_since(began) * 1000);
        }
        report.at_most(what, median(all), search_ms, "ms",
                       (found.more ? "more than " : "") + std::to_string(found.total) + " found");
    }
    std::vector<double> threads;
    for (const auto& item : subject.search("mine", 15).items) {
        const auto began = Clock::now();
        must(subject.run(subject.store->search().thread(subject.accounts.at(0), item.id)));
        threads.push_back(seconds_since(began) * 1000);
    }
    report.at_most("a conversation", median(threads), search_ms, "ms");
}

/// A narrow place to look in.
void archive_some(Subject& subject)
{
    const auto account = subject.accounts.at(0);
    auto& mail = subject.store->mail();
    const auto mailboxes = must(subject.run(mail.mailboxes(account)));
    const auto archive = std::ranges::find(mailboxes, storage::MailboxRole::archive, &storage::Mailbox::role);
    const auto inbox = std::ranges::find(mailboxes, storage::MailboxRole::inbox, &storage::Mailbox::role);
    std::vector<storage::MessageId> some;
    for (std::uint32_t position = 0; position < inbox->messages; position += 250) {
        const auto page = must(subject.run(mail.list(account, inbox->id, 0, position, 1)));
        some.push_back(page.items.front().id);
    }
    must(subject.run(mail.move(account, std::move(some), archive->id)));
    subject.catch_up();
}

/// The first page, and one far down, as messages and as conversations in turns.
void time_conversations(Report& report, Subject& subject)
{
    using storage::Rows;
    const Letters letters;
    report.subject("searches whose rows are conversations");
    for (const std::string& query : {std::string("mine"), letters.word(3), std::string("onceinawhile"),
                                     std::string("mine in:archive"), std::string("in:inbox")}) {
        for (const bool deep : {false, true}) {
            std::optional<storage::SearchCursor> after;
            for (int page = 0; deep && page < 5; ++page) {
                const auto found = subject.search(query, 200, Rows::conversations, after);
                if (!found.next) break;
                after = found.next;
            }
            if (deep && !after) continue;
            std::vector<double> single, gathered;
            constexpr int times = 15;
            for (int i = 0; i < times; ++i) {
                for (const auto rows : {Rows::messages, Rows::conversations}) {
                    const auto began = Clock::now();
                    subject.search(query, 50, rows, after);
                    (rows == Rows::messages ? single : gathered).push_back(seconds_since(began) * 1000);
                }
            }
            const auto what = query + (deep ? ", a page far down" : ", the first page");
            report.info(what + ", messages", median(single), "ms");
            report.at_most(what + ", conversations", median(gathered), search_ms, "ms");
        }
    }
}

struct Load
{
    double rate = 0; // messages a second
    double p99 = 0;  // ms
};

Load load(const std::filesystem::path& data, bool indexes, std::chrono::milliseconds time,
          const std::vector<std::string>& letters)
{
    Subject subject(data, indexes);
    subject.add_accounts();
    std::size_t number = 0;
    const auto began = Clock::now();
    const auto waits = deliver_all(subject, [&](std::string& letter, std::string&, std::size_t& account) {
        letter = letters[number % letters.size()];
        account = number++ % 20;
        return Clock::now() < began + time;
    });
    return {static_cast<double>(waits.size()) / seconds_since(began), quantile(waits, 0.99)};
}

void time_loads(Report& report, const Arguments& arguments)
{
    std::vector<std::string> letters;
    Letters writer(2);
    for (std::size_t i = 0; i < 2000; ++i)
        letters.push_back(writer.write(i, 1200, "end")); // some 10 KiB
    std::vector<double> with, without, ratios, p99_ratios;
    for (int round = 0; round < rounds; ++round) {
        Load plain, indexed;
        for (const bool indexes : {round % 2 == 0, round % 2 != 0}) { // neither is always the first
            const Folder folder;
            settle_disk(folder.path());
            (indexes ? indexed : plain) = load(folder.path() / "data", indexes, arguments.time(), letters);
        }
        without.push_back(plain.rate);
        with.push_back(indexed.rate);
        ratios.push_back(indexed.rate / plain.rate);
        p99_ratios.push_back(indexed.p99 / plain.p99);
    }
    report.subject("deliveries by 50 producers, 10 KiB");
    report.info("without an indexer", median(without), "/s");
    report.info("with one", median(with), "/s");
    report.at_least("rate with one, against without", median(ratios), 0.9, "");
    report.info("p99 of a delivery with one, against without", median(p99_ratios), "");
}

int measure(const Arguments& arguments)
{
    const std::size_t mine = arguments.full ? 100'000 : 25'000;
    const std::size_t of_others = arguments.full ? 400'000 : 0;
    Report report("search");
    time_loads(report, arguments);

    const Folder folder;
    const auto data = folder.path() / "data";
    {
        Subject subject(data, false);
        subject.add_accounts();
        fill(subject, mine, of_others);
    }
    const auto all = static_cast<double>(mine + of_others);
    const auto before = octets_on_disk(data);
    Subject subject(data, true);
    const auto cpu = cpu_seconds();
    const auto began = Clock::now();
    subject.catch_up();
    report.subject(std::to_string(mine) + " messages in a mailbox, " + std::to_string(of_others) +
                   " of others");
    report.info("indexed, with the machine to itself", all / seconds_since(began), "/s");
    report.info("CPU for 1,000 of them", (cpu_seconds() - cpu) / all * 1000, "s");
    report.info("the index, for each octet of a message",
                static_cast<double>(octets_on_disk(data) - before) / static_cast<double>(before), "");
    mark_some(subject);
    time_searches(report, subject);
    archive_some(subject);
    time_conversations(report, subject);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

// What deleting gives back: a store of 10 KiB messages of which 60 % are deleted
// here and there, what it takes on the disk before, with holes only, and once
// segments that were mostly empty are gone; what deliveries at a steady rate,
// and as many as possible, feel of that; and the same where there are no holes.
//
//     bench_compaction [--json FILE] [--full] [--seconds N]
//
// --full: 100,000 messages instead of 20,000.

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/garbage.hpp"
#include "tests/bench/support_must.hpp"
#include "tests/bench/support_numbers.hpp"
#include "tests/bench/support_report.hpp"
#include "tests/bench/support_server.hpp"
#include "tests/support/run_task.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace storage = pillarbox::storage;
using namespace pillarbox::bench;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t body_octets = 10ul * 1024;
constexpr std::size_t accounts = 20;
constexpr std::size_t producers = 50;
constexpr auto steady = 20ms; // between two deliveries
constexpr auto longest = 30s;
constexpr double longest_ms = 500;
constexpr double mebibyte = 1024.0 * 1024.0;

double seconds_since(Clock::time_point began)
{
    return std::chrono::duration<double>(Clock::now() - began).count();
}

/// A file system without holes.
class NoHoles final : public storage::sqlite::Files
{
public:
    storage::sqlite::error_code punch(int, std::uint64_t, std::uint64_t) override
    {
        return {EOPNOTSUPP, boost::system::system_category()};
    }
};

struct Waits
{
    std::vector<double> ms;
    double seconds = 0;

    double rate() const { return double(ms.size()) / seconds; }
    void add(const Waits& more)
    {
        ms.insert(ms.end(), more.ms.begin(), more.ms.end());
        seconds += more.seconds;
    }
};

/// A store, and the thread that uses it.
class Subject
{
public:
    Subject(const std::filesystem::path& data, bool holes) : body_(body_octets, 'x')
    {
        storage::Options options;
        options.directory = data;
        options.default_quota = 1ull << 50;
        options.vault = 0s;
        storage::sqlite::Underneath underneath;
        if (!holes) underneath.files = std::make_shared<NoHoles>();
        store_ = storage::sqlite::open_sqlite(options, std::move(underneath));
        must(run(store_->accounts().add_domain("example.org")));
        std::vector<storage::NewAccount> added(accounts);
        for (std::size_t i = 0; i < added.size(); ++i)
            added[i].address = "user" + std::to_string(i) + "@example.org";
        must(run(store_->accounts().add(added)));
        for (const auto& account : must(run(store_->accounts().list())))
            ids_.push_back(account.id);
    }

    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return pillarbox::test::run_task(context_, std::move(task));
    }

    void fill(std::size_t messages)
    {
        load(producers, 0ms, [&] { return next_ < messages; });
        filled_ = next_;
    }

    /// Deliveries by so many at a time, each resting so long between two of its
    /// own, as long as `goes_on`.
    template <class GoesOn>
    Waits load(std::size_t many, std::chrono::milliseconds rest, GoesOn goes_on)
    {
        Waits waits;
        const auto began = Clock::now();
        for (std::size_t i = 0; i < many; ++i)
            asio::co_spawn(context_, produce(rest, goes_on, waits.ms), rethrow);
        context_.restart();
        context_.run();
        waits.seconds = seconds_since(began);
        return waits;
    }

    void delete_at_random(double part)
    {
        std::minstd_rand random(1);
        std::bernoulli_distribution goes(part);
        for (const auto account : ids_) {
            const auto maildrop = must(run(store_->mail().open_maildrop(account)));
            std::vector<storage::MessageId> gone;
            for (const auto& entry : must(run(maildrop->entries()))) {
                if (goes(random)) gone.push_back(entry.id);
            }
            must(run(store_->mail().expunge(account, gone)));
        }
    }

    /// While it lasts, as while a backup is made, nothing is given back or moved.
    void lease(std::chrono::seconds time)
    {
        must(run(store_->transfer().lease("bench", storage::now() + time)));
    }

    /// Whether a closed segment is more than half garbage, or some waits.
    bool unfinished()
    {
        const auto ask = [](storage::sqlite::Database& database) -> storage::Result<bool> {
            return storage::sqlite::Query(database,
                                          "SELECT 1 FROM segment WHERE live < end / 2 AND number NOT IN "
                                          "(SELECT max(number) FROM segment) UNION ALL SELECT 1 FROM garbage")
                .step();
        };
        return must(storage::sqlite::submit_and_wait(*core().readers, ask));
    }

    bool buried()
    {
        const auto ask = [](storage::sqlite::Database& database) -> storage::Result<bool> {
            return !storage::sqlite::Query(database, "SELECT 1 FROM dead").step();
        };
        return must(storage::sqlite::submit_and_wait(*core().readers, ask));
    }

    /// Since it was filled, in MiB.
    double delivered() const { return double((next_ - filled_) * (body_octets + 24)) / mebibyte; }

    double segments_on_disk() { return double(octets_on_disk(core().layout.segments)) / mebibyte; }

    storage::sqlite::Core& core() { return store_->core(); }

private:
    template <class GoesOn>
    asio::awaitable<void> produce(std::chrono::milliseconds rest, GoesOn& goes_on, std::vector<double>& waits)
    {
        asio::steady_timer timer(context_);
        while (goes_on()) {
            const auto began = Clock::now();
            storage::Delivery delivery;
            delivery.body = store_->mail().new_spool();
            must(delivery.body->append(body_));
            delivery.copies.push_back(
                {ids_.at(next_++ % ids_.size()), "Return-Path: <sender@example.net>\r\n"});
            const auto delivered = co_await store_->mail().deliver(std::move(delivery));
            must(delivered);
            waits.push_back(seconds_since(began) * 1000);
            if (rest == 0ms) continue;
            timer.expires_after(rest);
            co_await timer.async_wait(asio::use_awaitable);
        }
    }

    asio::io_context context_{1};
    std::unique_ptr<storage::sqlite::SqliteStore> store_;
    std::vector<storage::AccountId> ids_;
    std::string body_;
    std::size_t next_ = 0;
    std::size_t filled_ = 0;
};

/// Deliveries while nothing is given back, while it is, and afterwards.
void measure_load(Report& report, const Arguments& arguments, const std::string& subject, std::size_t many,
                  std::chrono::milliseconds rest, bool holes = true)
{
    const Folder folder;
    settle_disk(folder.path());
    Subject store(folder.path() / "data", holes);
    store.fill(arguments.full ? 100'000 : 20'000);
    const auto full = store.segments_on_disk();
    store.lease(1h);
    store.delete_at_random(0.6);
    while (!store.buried())
        store.core().upkeep->run_once();

    const auto undisturbed = [&] {
        const auto until = Clock::now() + arguments.time();
        return store.load(many, rest, [&] { return Clock::now() < until; });
    };
    Waits without = undisturbed();
    double delivered = store.delivered();
    store.lease(-1s);
    while (storage::sqlite::free_garbage(store.core())) {
    }
    const auto before = store.segments_on_disk() - delivered;
    store.core().wake_upkeep();
    const auto latest = Clock::now() + longest;
    auto look = Clock::now() + 100ms;
    bool goes_on = true;
    const auto meanwhile = store.load(many, rest, [&] {
        if (goes_on && Clock::now() > look) {
            goes_on = Clock::now() < latest && store.unfinished();
            look = Clock::now() + 100ms;
        }
        return goes_on;
    });
    delivered = store.delivered();
    const auto emptied = store.segments_on_disk() - delivered;
    const bool done = !store.unfinished();
    store.lease(1h);
    without.add(undisturbed());

    report.subject(subject);
    report.info("segments, less what is delivered meanwhile", full, "MiB");
    report.info("60 % deleted, before segments were emptied", before, "MiB");
    report.info("once segments were emptied", emptied, "MiB", done ? "" : "not all were");
    report.info("until then", meanwhile.seconds, "s");
    report.info("deliveries undisturbed", without.rate(), "/s");
    report.info("meanwhile", meanwhile.rate(), "/s");
    report.info("median of a delivery undisturbed", quantile(without.ms, 0.5), "ms");
    report.info("meanwhile", quantile(meanwhile.ms, 0.5), "ms");
    report.info("p99 of a delivery undisturbed", quantile(without.ms, 0.99), "ms");
    report.info("meanwhile", quantile(meanwhile.ms, 0.99), "ms");
    report.info("longest wait undisturbed", quantile(without.ms, 1), "ms");
    report.at_most("meanwhile", quantile(meanwhile.ms, 1), longest_ms, "ms");
}

int measure(const Arguments& arguments)
{
    Report report("compaction");
    measure_load(report, arguments, "deliveries, one each 20 ms", 1, steady);
    measure_load(report, arguments, "deliveries by 50 producers", producers, 0ms);
    measure_load(report, arguments, "without holes, one each 20 ms", 1, steady, false);
    return report.finish(arguments);
}

} // namespace

int main(int argc, char** argv)
{
    return run(argc, argv, measure);
}

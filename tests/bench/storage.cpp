// How many 10 KiB messages a second the store accepts from 50 producers, each
// waiting for its own; what that costs in flushes and in octets written; and
// what the same disk does at best in the same minute: groups of the same sizes,
// appended and synced by a loop that does nothing else.
//
//     bench_storage [--json FILE] [SECONDS]

#include "storage/store.hpp"
#include "tests/bench/support_must.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
std::atomic<std::size_t> flushes = 0;
}

// In place of the C library's, for SQLite too.
extern "C" int fdatasync(int file)
{
    ++flushes;
    return static_cast<int>(::syscall(SYS_fdatasync, file));
}
extern "C" int fsync(int file)
{
    ++flushes;
    return static_cast<int>(::syscall(SYS_fsync, file));
}

namespace {

namespace asio = boost::asio;
using namespace pillarbox::storage;
using pillarbox::bench::rethrow;
using Clock = std::chrono::steady_clock;

constexpr std::size_t producers = 50;
constexpr std::size_t body_octets = 10 * 1024;
constexpr std::size_t accounts = 20;
constexpr unsigned reactors = 2;
constexpr int rounds = 3;

/// Octets this process has caused to be written to a disk.
std::uint64_t written()
{
    std::ifstream io("/proc/self/io");
    for (std::string name; io >> name;) {
        std::uint64_t value = 0;
        io >> value;
        if (name == "write_bytes:") return value;
    }
    return 0;
}

class Groups final : public Observer
{
public:
    void event(Severity, std::string_view what, std::string_view detail) noexcept override
    {
        std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(),
                     static_cast<int>(detail.size()), detail.data());
    }
    void committed(std::size_t ops, std::chrono::microseconds) noexcept override
    {
        const std::lock_guard lock(mutex_);
        sizes_.push_back(ops);
    }
    std::vector<std::size_t> take()
    {
        const std::lock_guard lock(mutex_);
        return std::exchange(sizes_, {});
    }

private:
    std::mutex mutex_;
    std::vector<std::size_t> sizes_;
};

struct Measured
{
    std::size_t messages = 0;
    double seconds = 0;
    std::size_t flushes = 0;
    std::uint64_t octets = 0;
    std::vector<double> waits; // ms
    std::vector<std::size_t> groups;

    double rate() const { return double(messages) / seconds; }
    double flushes_each() const { return double(flushes) / double(messages); }
    double amplification() const { return double(octets) / double(messages * body_octets); }
    double wait(double part)
    {
        std::ranges::sort(waits);
        return waits.empty() ? 0
                             : waits[std::min(waits.size() - 1, std::size_t(double(waits.size()) * part))];
    }
};

asio::awaitable<void> produce(Mail& mail, AccountId account, Clock::time_point until,
                              std::vector<double>& waits)
{
    const std::string body(body_octets, 'x');
    while (Clock::now() < until) {
        const auto began = Clock::now();
        Delivery delivery;
        delivery.body = mail.new_spool();
        if (!delivery.body->append(body)) throw std::runtime_error("no spool");
        delivery.copies.push_back(
            {account, "Return-Path: <a@example.net>\r\nReceived: from a by b; now\r\n"});
        delivery.summary.subject = "A subject of ordinary length";
        delivery.summary.preview = "The beginning of the text, as a list shows it";
        const auto delivered = co_await mail.deliver(std::move(delivery));
        if (!delivered) throw std::runtime_error(delivered.error().message());
        waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - began).count());
    }
}

asio::awaitable<void> set_up(Store& store, std::vector<AccountId>& ids)
{
    const auto domain = co_await store.accounts().add_domain("example.org");
    std::vector<NewAccount> added(accounts);
    for (std::size_t i = 0; i < accounts; ++i) {
        added[i].address = "user" + std::to_string(i) + "@example.org";
        added[i].quota = 1ull << 40;
    }
    const auto done = co_await store.accounts().add(added);
    if (!domain || !done) throw std::runtime_error("no accounts");
    const auto all = co_await store.accounts().list();
    for (const auto& account : *all)
        ids.push_back(account.id);
}

Measured measure_store(const std::filesystem::path& directory, std::chrono::milliseconds time)
{
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    for (unsigned i = 0; i < reactors; ++i)
        contexts.push_back(std::make_unique<asio::io_context>(1));
    const auto groups = std::make_shared<Groups>();
    Options options;
    options.directory = directory;
    options.observer = groups;
    auto store = open(options);
    std::vector<AccountId> ids;
    asio::co_spawn(*contexts[0], set_up(*store, ids), rethrow);
    contexts[0]->run();
    contexts[0]->restart();
    groups->take();

    Measured measured;
    std::vector<std::vector<double>> waits(producers);
    const auto flushes_before = flushes.load();
    const auto written_before = written();
    const auto began = Clock::now();
    for (std::size_t i = 0; i < producers; ++i)
        asio::co_spawn(*contexts[i % reactors],
                       produce(store->mail(), ids[i % ids.size()], began + time, waits[i]), rethrow);
    std::vector<std::thread> threads;
    for (auto& context : contexts)
        threads.emplace_back([&context] { context->run(); });
    for (auto& thread : threads)
        thread.join();
    measured.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    measured.groups = groups->take();
    store.reset(); // what is left in the log counts
    measured.flushes = flushes - flushes_before;
    measured.octets = written() - written_before;
    for (const auto& some : waits)
        measured.waits.insert(measured.waits.end(), some.begin(), some.end());
    measured.messages = measured.waits.size();
    return measured;
}

Measured measure_plain(const std::filesystem::path& file, const std::vector<std::size_t>& groups)
{
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) throw std::runtime_error("cannot open " + file.string());
    Measured measured;
    measured.groups = groups;
    const std::string octets(*std::ranges::max_element(groups) * body_octets, 'x');
    const auto flushes_before = flushes.load();
    const auto written_before = written();
    const auto began = Clock::now();
    for (const auto group : groups) {
        const auto length = group * body_octets;
        if (::write(descriptor, octets.data(), length) != static_cast<ssize_t>(length) ||
            ::fdatasync(descriptor) != 0)
            throw std::runtime_error("cannot write " + file.string());
        measured.messages += group;
    }
    measured.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    measured.flushes = flushes - flushes_before;
    measured.octets = written() - written_before;
    ::close(descriptor);
    return measured;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    std::string json;
    double seconds = 3;
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--json" && i + 1 < argc)
            json = argv[++i];
        else
            seconds = std::atof(argv[i]);
    }
    std::string name = (std::filesystem::temp_directory_path() / "pillarbox-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) return 2;
    const std::filesystem::path directory(name);

    std::printf("%-18s %10s %8s %8s %8s %12s %12s\n", "", "messages/s", "p50 ms", "p99 ms", "group",
                "flushes each", "written/body");
    std::vector<double> rates;
    std::vector<double> ratios;
    std::vector<double> amplifications;
    std::vector<double> flushes_each;
    std::vector<double> p99;
    for (int round = 0; round < rounds; ++round) {
        auto store = measure_store(directory / std::to_string(round),
                                   std::chrono::milliseconds(static_cast<int>(seconds * 1000)));
        auto plain = measure_plain(directory / "plain", store.groups);
        for (auto* row : {&store, &plain})
            std::printf("%-18s %10.0f %8.1f %8.1f %8.1f %12.3f %12.2f\n",
                        row == &store ? "store" : "append and sync", row->rate(), row->wait(0.5),
                        row->wait(0.99), double(row->messages) / double(row->groups.size()),
                        row->flushes_each(), row->amplification());
        rates.push_back(store.rate());
        ratios.push_back(store.rate() / plain.rate());
        amplifications.push_back(store.amplification());
        flushes_each.push_back(store.flushes_each());
        p99.push_back(store.wait(0.99));
        std::filesystem::remove_all(directory / std::to_string(round));
    }
    std::printf("store against append and sync: %.2f\n", median(ratios));
    std::filesystem::remove_all(directory);
    if (!json.empty()) {
        std::ofstream(json) << "{\"producers\": " << producers << ", \"octets\": " << body_octets
                            << ", \"messages_per_second\": " << median(rates)
                            << ", \"p99_ms\": " << median(p99)
                            << ", \"flushes_per_message\": " << median(flushes_each)
                            << ", \"written_per_body_octet\": " << median(amplifications)
                            << ", \"against_plain_append\": " << median(ratios) << "}\n";
    }
    // A promise: octets are written once, and a little more for the rows.
    const bool kept = median(amplifications) < 2.0;
    if (!kept) std::printf("written more than twice what was delivered\n");
    return kept ? 0 : 1;
}

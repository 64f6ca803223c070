// Kills a process that delivers and removes mail, at any moment and without
// warning, and compares what the store has afterwards with what the process
// had been told. Every acknowledged message must be there once, octet for
// octet; every acknowledged removal must have stayed one; unique ids must not
// change. Run again and again on the same data.

#include "storage/maintenance.hpp"
#include "storage/store.hpp"
#include "tests/support/environment.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
using namespace pillarbox::storage;

constexpr std::array addresses = {"alice@example.org", "bob@example.org"};

Options options_for(const std::filesystem::path& directory)
{
    Options options;
    options.directory = directory;
    options.vault = std::chrono::seconds(1); // burying, and giving space back, happen meanwhile
    return options;
}

/// The message of that number, whole: of every tier, and different from all others.
std::string message_of(std::uint64_t number)
{
    const std::size_t size = number % 9 == 0 ? 300'000 : number % 2 == 0 ? 15'000 : 700;
    std::string text = "Number: " + std::to_string(number) + "\r\n\r\n";
    std::uint64_t state = number * 6364136223846793005u + 1;
    while (text.size() < size) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        text += static_cast<char>('a' + (state >> 59) % 26);
        if (text.size() % 70 == 0) text += "\r\n";
    }
    return text;
}

std::optional<std::uint64_t> number_in(std::string_view message)
{
    constexpr std::string_view field = "Number: ";
    if (!message.starts_with(field)) return std::nullopt;
    return std::strtoull(std::string(message.substr(field.size(), 20)).c_str(), nullptr, 10);
}

/// One line to the ledger, whole or not at all: it is shorter than PIPE_BUF.
void note(char what, std::uint64_t number)
{
    const auto line = what + std::to_string(number) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
}

asio::awaitable<std::string> read_all(Mail& mail, MessageId message)
{
    auto reader = co_await mail.open(message);
    std::string octets;
    while (reader) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return "damaged: " + piece.error().message();
        if (piece->empty()) break;
        octets += *piece;
    }
    co_return reader ? octets : "unreadable: " + reader.error().message();
}

// ---- The process that is killed ---------------------------------------------

asio::awaitable<void> deliver_for_ever(Store& store, std::uint64_t& next)
{
    while (true) {
        const auto number = ++next;
        Delivery delivery;
        delivery.body = store.mail().new_spool();
        if (!delivery.body->append(message_of(number))) std::abort();
        const auto account = co_await store.accounts().find(addresses[number % 2]);
        if (!account) std::abort();
        delivery.copies.push_back({account->id, ""});
        const auto delivered = co_await store.mail().deliver(std::move(delivery));
        if (!delivered) std::abort();
        note('D', number);
    }
}

asio::awaitable<void> remove_for_ever(Store& store, std::string address)
{
    const auto account = co_await store.accounts().find(address);
    if (!account) std::abort();
    while (true) {
        auto maildrop = co_await store.mail().open_maildrop(account->id);
        if (!maildrop) std::abort();
        if ((*maildrop)->count() < 60) continue;
        const auto entries = co_await (*maildrop)->entries();
        if (!entries) std::abort();
        std::vector<MessageId> removed;
        std::vector<std::uint64_t> numbers;
        for (std::size_t i = 0; i < entries->size(); i += 7) {
            const auto text = co_await read_all(store.mail(), (*entries)[i].id);
            const auto number = number_in(text);
            if (!number) std::abort();
            note('e', *number); // from here on it may be gone
            removed.push_back((*entries)[i].id);
            numbers.push_back(*number);
        }
        const auto expunged = co_await store.mail().expunge(account->id, removed);
        if (!expunged) std::abort();
        for (const auto number : numbers)
            note('E', number);
    }
}

int deliver_until_killed(const std::filesystem::path& directory, std::uint64_t first)
{
    asio::io_context context(1);
    const auto store = open(options_for(directory));
    std::uint64_t next = first;
    const auto escaped = [](std::exception_ptr) { std::abort(); };
    for (int i = 0; i < 20; ++i)
        asio::co_spawn(context, deliver_for_ever(*store, next), escaped);
    for (const auto* address : addresses)
        asio::co_spawn(context, remove_for_ever(*store, address), escaped);
    context.run();
    return 1;
}

// ---- The process that keeps the ledger ----------------------------------------

struct Ledger
{
    std::set<std::uint64_t> delivered;
    std::set<std::uint64_t> perhaps_removed;
    std::set<std::uint64_t> removed;
    std::map<std::string, std::uint64_t> unique_ids; // to numbers
    std::uint64_t highest = 0;

    void take(const std::string& line)
    {
        const std::uint64_t number = std::strtoull(line.c_str() + 1, nullptr, 10);
        auto& list = line[0] == 'D' ? delivered : line[0] == 'E' ? removed : perhaps_removed;
        list.insert(number);
        highest = std::max(highest, number);
    }
};

/// Lets a child work until it has acknowledged so many deliveries; then kills it.
void run_and_kill(const std::filesystem::path& directory, Ledger& ledger, std::size_t deliveries)
{
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        // Numbers that a killed child had begun and not acknowledged are not used again.
        const auto first = std::to_string(ledger.highest + 1'000);
        ::execl("/proc/self/exe", "storage_crash", directory.c_str(), first.c_str(), nullptr);
        std::abort();
    }
    ::close(ends[1]);
    std::string line;
    std::size_t seen = 0;
    bool killed = false;
    std::array<char, 4096> block{};
    while (true) {
        const auto octets = ::read(ends[0], block.data(), block.size());
        if (octets <= 0) break;
        for (const char octet : std::string_view(block.data(), static_cast<std::size_t>(octets))) {
            if (octet != '\n') {
                line += octet;
                continue;
            }
            seen += line[0] == 'D';
            ledger.take(line);
            line.clear();
        }
        if (seen >= deliveries && !killed) {
            ::kill(child, SIGKILL);
            killed = true;
        }
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!killed || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        throw std::runtime_error("the delivering process ended by itself");
}

void fail(const std::string& what)
{
    throw std::runtime_error(what);
}

asio::awaitable<void> check_account(Store& store, std::string address, Ledger& ledger,
                                    std::map<std::uint64_t, int>& found)
{
    const auto account = co_await store.accounts().find(address);
    if (!account) fail("no account " + address);
    auto maildrop = co_await store.mail().open_maildrop(account->id);
    if (!maildrop) fail("no maildrop");
    const auto entries = co_await (*maildrop)->entries();
    if (!entries) fail("counters and rows of " + address + " differ");
    std::uint64_t octets = 0;
    for (const auto& entry : *entries) {
        const auto text = co_await read_all(store.mail(), entry.id);
        const auto number = number_in(text);
        if (!number) fail("a message without its octets: " + text.substr(0, 60));
        if (text != message_of(*number)) fail("message " + std::to_string(*number) + " is damaged");
        if (text.size() != entry.size) fail("size");
        if (address != addresses[*number % 2])
            fail("message " + std::to_string(*number) + " is in another mailbox");
        octets += entry.size;
        ++found[*number];
        const auto [known, first_time] = ledger.unique_ids.emplace(entry.unique_id.text(), *number);
        if (!first_time && known->second != *number)
            fail("unique id " + entry.unique_id.text() + " was used twice");
    }
    if ((*maildrop)->octets() != octets) fail("octets");
    if (account->octets != octets || account->messages != entries->size()) fail("counters of the account");
}

void check(const std::filesystem::path& directory, Ledger& ledger)
{
    asio::io_context context(1);
    const auto began = std::chrono::steady_clock::now();
    const auto store = open(options_for(directory));
    const auto took = std::chrono::steady_clock::now() - began;
    if (took > std::chrono::seconds(5)) fail("opening took too long");

    std::map<std::uint64_t, int> found;
    std::exception_ptr escaped;
    for (const auto* address : addresses) {
        asio::co_spawn(context, check_account(*store, address, ledger, found), [&](std::exception_ptr error) {
            if (error) escaped = error;
        });
    }
    context.run();
    if (escaped) std::rethrow_exception(escaped);
    for (const auto& [number, times] : found) {
        if (times != 1) fail("message " + std::to_string(number) + " is there twice");
        if (ledger.removed.contains(number)) fail("message " + std::to_string(number) + " has come back");
    }
    for (const auto number : ledger.delivered) {
        if (ledger.perhaps_removed.contains(number) || found.contains(number)) continue;
        fail("message " + std::to_string(number) + " was acknowledged and is lost");
    }
    for (const auto& [id, number] : ledger.unique_ids) {
        if (found.contains(number)) --found[number];
    }
    for (const auto& [number, ids] : found) {
        if (ids != 0) fail("the unique id of message " + std::to_string(number) + " has changed");
    }
}

/// Every row and every octet, once nobody has it open any more.
void verify_all(const std::filesystem::path& directory)
{
    VerifyOptions options;
    options.found = [](const Finding& finding) {
        std::cerr << finding.kind << ": " << finding.what << " (" << finding.path << ")\n";
    };
    const auto sum = verify(options_for(directory), options);
    if (sum.wrong + sum.notes > 0) fail("the store does not agree with itself");
}

void set_up(const std::filesystem::path& directory)
{
    asio::io_context context(1);
    const auto store = open(options_for(directory));
    const auto work = [](Store& opened) -> asio::awaitable<void> {
        const auto domain = co_await opened.accounts().add_domain("example.org");
        std::vector<NewAccount> accounts(addresses.size());
        for (std::size_t i = 0; i < addresses.size(); ++i)
            accounts[i].address = addresses[i];
        const auto added = co_await opened.accounts().add(std::move(accounts));
        if (!domain || !added) fail("accounts");
    };
    asio::co_spawn(context, work(*store), [](std::exception_ptr error) {
        if (error) std::abort();
    });
    context.run();
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 3) return deliver_until_killed(argv[1], std::strtoull(argv[2], nullptr, 10));

    std::string directory = (std::filesystem::temp_directory_path() / "pillarbox-crash-XXXXXX").string();
    if (!::mkdtemp(directory.data())) return 1;
    const auto seed = pillarbox::test::from_environment("PILLARBOX_TEST_SEED", std::random_device()());
    const auto rounds = pillarbox::test::from_environment("PILLARBOX_CRASH_CYCLES", 10);
    std::mt19937 random(seed);
    int status = 0;
    try {
        Ledger ledger;
        set_up(directory);
        for (unsigned round = 1; round <= rounds; ++round) {
            const std::size_t deliveries = 1 + random() % 250;
            run_and_kill(directory, ledger, deliveries);
            check(directory, ledger);
            verify_all(directory);
            std::cout << "round " << round << ": " << ledger.delivered.size() << " delivered, "
                      << ledger.removed.size() << " removed, all accounted for" << std::endl;
        }
    } catch (const std::exception& error) {
        std::cerr << "with PILLARBOX_TEST_SEED=" << seed << ": " << error.what() << "\n";
        status = 1;
    }
    std::error_code ignored;
    if (status == 0) std::filesystem::remove_all(directory, ignored);
    return status;
}

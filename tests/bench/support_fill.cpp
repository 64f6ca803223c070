#include "tests/bench/support_fill.hpp"

#include "storage/store.hpp"
#include "tests/bench/support_must.hpp"
#include "tests/bench/support_smtp_load.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace pillarbox::bench {
namespace {

namespace asio = boost::asio;

constexpr std::size_t producers = 256; // that wait for the store at a time
constexpr std::uint64_t no_quota = 1ull << 50;

/// Takes the next message as long as there is one.
asio::awaitable<void> produce(storage::Mail& mail, storage::AccountId account, const std::string& body,
                              std::size_t& left)
{
    while (left > 0) {
        const std::size_t number = left--;
        storage::Delivery delivery;
        delivery.reverse_path = "sender@example.net";
        delivery.body = mail.new_spool();
        const auto subject = "About " + rare_word(number) + " and " + rare_word(number % 1000);
        const auto kept = delivery.body->append(body + subject + "\r\n");
        if (!kept) throw std::runtime_error(kept.error().message());
        delivery.copies.push_back({account, "Return-Path: <sender@example.net>\r\n"});
        delivery.summary.sender_name = "A Sender";
        delivery.summary.sender_address = "sender@example.net";
        delivery.summary.subject = subject;
        delivery.summary.preview = "Lorem ipsum dolor sit amet, consectetur adipisici elit, sed eiusmod.";
        delivery.summary.message_id = "<" + std::to_string(number) + "@example.net>";
        delivery.summary.thread_key = delivery.summary.message_id;
        delivery.summary.date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto delivered = co_await mail.deliver(std::move(delivery));
        if (!delivered) throw std::runtime_error(delivered.error().message());
    }
}

asio::awaitable<void> find(storage::Accounts& accounts, std::string address, storage::AccountId& id)
{
    const auto account = co_await accounts.find(std::move(address));
    if (!account) throw std::runtime_error(account.error().message());
    id = account->id;
}

} // namespace

std::string rare_word(std::size_t number)
{
    static constexpr const char* syllables[] = {"ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu"};
    std::string text;
    for (; text.empty() || number > 0; number /= 10)
        text += syllables[number % 10];
    return text;
}

void put_messages(const std::filesystem::path& data, const Filling& filling)
{
    asio::io_context context(1);
    storage::Options options;
    options.directory = data;
    options.default_quota = no_quota;
    const auto store = storage::open(options);
    storage::AccountId account{};
    asio::co_spawn(context, find(store->accounts(), filling.address, account), rethrow);
    context.run();
    context.restart();
    const std::string body = make_message(filling.octets);
    std::size_t left = filling.messages;
    for (std::size_t i = 0; i < producers; ++i)
        asio::co_spawn(context, produce(store->mail(), account, body, left), rethrow);
    context.run();
}

} // namespace pillarbox::bench

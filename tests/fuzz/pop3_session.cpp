// A whole session on a real store: whatever a client sends, in pieces of any
// size, the server ends with its client, sends nothing but lines, and deletes
// nothing without saying so. The first octet is the size of the pieces.

#include "server/auth/password.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "server/pop3/session.hpp"
#include "storage/store.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <openssl/crypto.h>

#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace pillarbox;
using boost::asio::awaitable;

namespace {

constexpr auth::HashCost cheap{.passes = 1, .kib = 64};
constexpr std::uint32_t messages = 3;

void check(bool good)
{
    if (!good) std::abort();
}

std::shared_ptr<const Config> cheap_settings()
{
    auto config = std::make_shared<Config>();
    config->hostname = "mail.example.test";
    config->auth.hash_passes = cheap.passes;
    config->auth.hash_kib = cheap.kib;
    config->limits.exempt = {{"0.0.0.0", 0}, {"::", 0}}; // nobody is slowed down
    return config;
}

storage::Options store_in(const std::filesystem::path& directory)
{
    storage::Options options;
    options.directory = directory;
    options.disk_reserve = 0;
    return options;
}

/// One server's inside for all inputs; alice has three messages before each.
class House
{
public:
    House()
    {
        // As TLS does in the program: a thread of the pool that had to do it
        // would never give its error state back.
        OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr);
        Log::configure(Log::Level::error, Log::Format::text);
        run(furnish());
    }

    net::Reactor& reactor() { return reactor_; }

    void run(awaitable<void> task)
    {
        std::optional<std::exception_ptr> outcome;
        auto done = [&outcome](std::exception_ptr fault) { outcome = fault; };
        boost::asio::co_spawn(reactor_.context(), std::move(task), std::move(done));
        reactor_.context().restart();
        while (!outcome)
            reactor_.context().run_one();
        if (*outcome) std::rethrow_exception(*outcome);
    }

    awaitable<void> session(std::unique_ptr<net::Stream> stream)
    {
        net::Connection connection(reactor_, std::move(stream), pop3::connection_limits());
        pop3::Services services{
            store_->mail(), store_->accounts(), store_->devices(), login_, nullptr, config_, logins_, locks_};
        const Log log;
        auto dialogue = [&] { return pop3::serve(connection, log, services); };
        co_await net::run_session(connection, log, std::move(dialogue), pop3::farewell);
    }

    awaitable<void> fill_up()
    {
        const auto alice = co_await store_->accounts().find("alice@example.test");
        check(alice.has_value());
        for (std::uint32_t n = alice->messages; n < messages; ++n) {
            storage::Delivery delivery;
            delivery.copies.resize(1);
            delivery.copies.front().account = alice->id;
            delivery.body = store_->mail().new_spool();
            const auto written = delivery.body->append("Subject: dots\r\n\r\n.one\r\n.\r\ntwo\r\n");
            check(written.has_value());
            const auto stored = co_await store_->mail().deliver(std::move(delivery));
            check(stored.has_value());
        }
    }

    awaitable<void> check_nothing_is_gone()
    {
        const auto alice = co_await store_->accounts().find("alice@example.test");
        check(alice.has_value() && alice->messages == messages);
    }

private:
    awaitable<void> furnish()
    {
        const auto domain = co_await store_->accounts().add_domain("example.test");
        check(domain.has_value());
        std::vector<storage::NewAccount> people(1);
        people.front().address = "alice@example.test";
        people.front().password_hash = auth::hash_password("secret", cheap);
        const auto added = co_await store_->accounts().add(std::move(people));
        check(added.has_value());
    }

    test::TemporaryFolder folder_;
    net::Reactor reactor_; // goes last but one: the store's threads post to it
    std::shared_ptr<const Config> config_ = cheap_settings();
    std::unique_ptr<storage::Store> store_ = storage::open(store_in(folder_.path() / "store"));
    pop3::LoginDelay logins_;
    pop3::MaildropLocks locks_;
    auth::Login login_{store_->accounts(), *config_, std::string(32, 'k')};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    static House house;
    house.run(house.fill_up());
    const std::size_t piece = data[0] + 1u;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

    test::MemoryPeer peer(house.reactor(), "127.0.0.1");
    house.reactor().spawn("fuzz", house.session(peer.stream()));
    peer.settle();
    if (!input.empty()) peer.send_in_pieces(input, piece);
    peer.close();
    peer.settle();
    check(peer.ended());

    const std::string& output = peer.output();
    check(output.starts_with("+OK ") && output.ends_with("\r\n"));
    check(output.find('\0') == std::string::npos);
    if (output.find("+OK deleted, bye\r\n") == std::string::npos) house.run(house.check_nothing_is_gone());
    return 0;
}

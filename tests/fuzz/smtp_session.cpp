// A whole session on a real store: whatever a client sends, in pieces of any
// size, the server answers in lines of RFC 5321 with the codes of RFC 2034, the
// session ends with its client, and what was stored is what was acknowledged,
// each the end of DATA or a last chunk. The first octet chooses the port, the
// size of the pieces and whether the client waits for the greeting.

#include "server/auth/password.hpp"
#include "server/base/ascii.hpp"
#include "server/mailflow/intake.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "server/smtp/session.hpp"
#include "storage/store.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

using namespace pillarbox;
using boost::asio::awaitable;

namespace {

void check(bool good)
{
    if (!good) std::abort();
}

std::shared_ptr<const Config> cheap_settings()
{
    auto config = std::make_shared<Config>();
    config->hostname = "mail.example.test";
    config->smtp.max_message_size = 64 * 1024;
    config->auth.hash_passes = 1;
    config->auth.hash_kib = 64;
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

/// One server's inside for all inputs.
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
        reactor_.context().restart();
        while (!furnished_)
            reactor_.context().run_one();
    }

    net::Reactor& reactor() { return reactor_; }

    /// Messages in the only mailbox.
    std::uint32_t stored()
    {
        std::optional<std::uint32_t> messages;
        run(count_messages(messages));
        reactor_.context().restart();
        while (!messages)
            reactor_.context().run_one();
        return *messages;
    }

    awaitable<void> session(std::unique_ptr<net::Stream> stream, smtp::Services::Kind kind)
    {
        net::Connection connection(reactor_, std::move(stream), smtp::connection_limits());
        smtp::Services services{kind,   store_->accounts(), store_->mail(), intake_, login_, rates_, nullptr,
                                config_};
        const Log log;
        auto dialogue = [&] { return smtp::serve(connection, log, services); };
        co_await net::run_session(connection, log, std::move(dialogue), smtp::farewell);
    }

private:
    void run(awaitable<void> task)
    {
        boost::asio::co_spawn(reactor_.context(), std::move(task), [](std::exception_ptr fault) {
            if (fault) std::rethrow_exception(fault);
        });
    }

    awaitable<void> count_messages(std::optional<std::uint32_t>& messages)
    {
        const auto maildrop = co_await store_->mail().open_maildrop(alice_);
        check(maildrop.has_value());
        messages = (*maildrop)->count();
    }

    awaitable<void> furnish()
    {
        const auto domain = co_await store_->accounts().add_domain("example.test");
        check(domain.has_value());
        std::vector<storage::NewAccount> people(1);
        people.front().address = "alice@example.test";
        people.front().password_hash = auth::hash_password("secret", {.passes = 1, .kib = 64});
        const auto added = co_await store_->accounts().add(std::move(people));
        check(added.has_value());
        const auto alice = co_await store_->accounts().find("alice@example.test");
        check(alice.has_value());
        alice_ = alice->id;
        storage::Alias away{"away@example.test", {"away@elsewhere.example", "alice@example.test"}};
        const auto alias = co_await store_->accounts().add_alias(std::move(away));
        check(alias.has_value());
        furnished_ = true;
    }

    test::TemporaryFolder folder_;
    net::Reactor reactor_; // goes last but one: the store's threads post to it
    std::shared_ptr<const Config> config_ = cheap_settings();
    std::unique_ptr<storage::Store> store_ = storage::open(store_in(folder_.path() / "store"));
    mailflow::Intake intake_{store_->accounts(), store_->mail(), config_->hostname, nullptr,
                             mailflow::Srs(std::string(32, 'k'))};
    auth::Login login_{store_->accounts(), *config_, std::string(32, 'k')};
    smtp::Rates rates_{*config_};
    storage::AccountId alice_{};
    bool furnished_ = false;
};

/// Takes a line off the front: it has its code, and is no longer than RFC 5321
/// §4.5.3.1.5 allows.
std::string_view take_line(std::string_view& output)
{
    const auto end = output.find("\r\n");
    check(end != std::string_view::npos && end >= 4 && end <= 510);
    const std::string_view line = output.substr(0, end);
    check(line[0] >= '2' && line[0] <= '5');
    check(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    check(line[3] == ' ' || line[3] == '-');
    output.remove_prefix(end + 2);
    return line;
}

/// Whether the reply that begins so has no enhanced status codes: the greeting,
/// those to EHLO and HELO, 354, and 334 (RFC 2034 §4, RFC 4954 §4).
bool bare(std::string_view line, bool first)
{
    if (first && line.starts_with("220 ")) return true;
    return line.substr(4) == "mail.example.test" || line.starts_with("354 ") || line.starts_with("334 ");
}

/// Each line of a reply has the same code, and a status of its class.
void check_replies(std::string_view output)
{
    for (bool first = true; !output.empty(); first = false) {
        std::string_view line = take_line(output);
        const std::string_view code = line.substr(0, 3);
        const bool without_status = bare(line, first);
        for (;;) {
            check(line.substr(0, 3) == code);
            check(without_status || (line[4] == code[0] && line[5] == '.'));
            if (line[3] == ' ') break;
            line = take_line(output);
        }
    }
}

std::size_t count(std::string_view text, std::string_view what)
{
    std::size_t times = 0;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++times;
    return times;
}

/// How many messages the input can end: with the dot of DATA, or a last chunk.
std::size_t ends(std::string_view input)
{
    const std::string lower = ascii::to_lower(input);
    return count(input, "\r\n.\r\n") + count(lower, " last\r\n") + count(lower, " last ");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    static House house;
    using Kind = smtp::Services::Kind;
    Kind kind = (data[0] & 1) != 0 ? Kind::submission : Kind::relay;
    if ((data[0] & 0x40) != 0) kind = Kind::lmtp;
    const bool early = (data[0] & 0x80) != 0;
    const std::size_t piece = ((data[0] >> 1) & 0x1f) + 1u;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::uint32_t before = house.stored();

    test::MemoryPeer peer(house.reactor(), "127.0.0.1");
    house.reactor().spawn("fuzz", house.session(peer.stream(), kind));
    if (!early) peer.settle();
    if (!input.empty()) peer.send_in_pieces(input, piece);
    peer.close();
    peer.settle();
    check(peer.ended());
    check_replies(peer.output());

    const std::uint32_t stored = house.stored() - before;
    const std::size_t acknowledged = count(peer.output(), "\r\n250 2.0.0 stored as ");
    // LMTP has an answer for each recipient.
    if (kind != Kind::lmtp) check(acknowledged <= ends(input));
    // A submission to others only is queued.
    if (kind == Kind::relay) check(stored == acknowledged);
    check(stored <= acknowledged);
    if (early && kind == Kind::relay && !input.empty()) check(peer.output().starts_with("554 "));
    return 0;
}

#include "server/net/socket_stream.hpp"
#include "tests/transcripts/runner/peer.hpp"
#include "tests/transcripts/runner/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include <array>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

namespace pillarbox::transcripts {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto patience = std::chrono::seconds(30);

asio::awaitable<void> noting_the_end(asio::awaitable<void> session, std::shared_ptr<bool> ended)
{
    co_await std::move(session);
    *ended = true;
}

struct Freeing
{
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* session) const { SSL_free(session); }
};

/// TLS as a client has it, between two strings of octets.
class ClientTls
{
public:
    ClientTls() : context_(SSL_CTX_new(TLS_client_method())), session_(SSL_new(context_.get()))
    {
        SSL_set_bio(session_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_connect_state(session_.get()); // the certificate is self-signed, and not looked at
    }

    bool shake_hands() { return SSL_do_handshake(session_.get()) == 1; }

    void feed(std::string_view cipher)
    {
        BIO_write(SSL_get_rbio(session_.get()), cipher.data(), static_cast<int>(cipher.size()));
    }

    std::string open()
    {
        std::string octets;
        std::array<char, 4096> room{};
        for (int n = 0; (n = SSL_read(session_.get(), room.data(), static_cast<int>(room.size()))) > 0;)
            octets.append(room.data(), static_cast<std::size_t>(n));
        return octets;
    }

    void seal(std::string_view octets)
    {
        SSL_write(session_.get(), octets.data(), static_cast<int>(octets.size()));
    }

    void say_goodbye() { SSL_shutdown(session_.get()); }

    /// What has to go over the wire.
    std::string to_send()
    {
        std::string cipher;
        std::array<char, 4096> room{};
        BIO* const out = SSL_get_wbio(session_.get());
        for (int n = 0; (n = BIO_read(out, room.data(), static_cast<int>(room.size()))) > 0;)
            cipher.append(room.data(), static_cast<std::size_t>(n));
        return cipher;
    }

private:
    std::unique_ptr<SSL_CTX, Freeing> context_;
    std::unique_ptr<SSL, Freeing> session_;
};

/// The client's socket on the server's own loop: whatever waits here runs the
/// server meanwhile.
class SocketClient final : public Peer
{
public:
    SocketClient(World& world, const Protocol& protocol) : loop_(world.reactor().context()), socket_(loop_)
    {
        tcp::acceptor acceptor(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        socket_.connect(acceptor.local_endpoint());
        socket_.set_option(tcp::no_delay(true));
        tcp::socket accepted = acceptor.accept();
        const auto peer = accepted.remote_endpoint().address();
        auto stream = net::make_socket_stream(loop_, net::Descriptor(accepted.release()), peer);
        world.reactor().spawn("transcript",
                              noting_the_end(protocol.serve(world, std::move(stream)), session_ended_));
    }

    ~SocketClient() override
    {
        try {
            error_code ignored; // it may be closed already
            socket_.close(ignored);
            run_until([this] { return *session_ended_; }, "the session outlives its client");
        } catch (const std::exception&) {
            std::terminate(); // a session that cannot be ended is worse than a failure
        }
    }

    void send(std::string_view octets, std::size_t piece) override
    {
        for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size()))) {
            const std::string_view segment = octets.substr(0, piece);
            if (tls_) {
                tls_->seal(segment);
                write(tls_->to_send());
            } else {
                write(segment);
            }
            loop_.restart();
            loop_.poll(); // the server reads while we write
        }
    }

    std::optional<std::string> read_line() override
    {
        for (;;) {
            const auto end = received_.find("\r\n");
            if (end != std::string::npos) {
                std::string line = received_.substr(0, end);
                received_.erase(0, end + 2);
                return line;
            }
            if (!receive()) return std::nullopt;
        }
    }

    std::string unread() override
    {
        while (!over_ && socket_.available() > 0)
            receive();
        return std::exchange(received_, {});
    }

    void start_tls() override
    {
        tls_ = std::make_unique<ClientTls>();
        for (;;) {
            const bool done = tls_->shake_hands();
            write(tls_->to_send());
            if (done) return;
            if (!receive()) throw std::runtime_error("the server ended within the handshake");
        }
    }

    void close() override
    {
        if (tls_) {
            tls_->say_goodbye();
            write(tls_->to_send());
        }
        error_code ignored; // the server may have been first
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
    }

    bool ended() override
    {
        while (receive()) {
        }
        return true;
    }

private:
    /// Waits for octets; false when the server has ended.
    bool receive()
    {
        if (over_) return false;
        std::array<char, 16384> room{};
        std::optional<error_code> outcome;
        std::size_t received = 0;
        socket_.async_read_some(asio::buffer(room), [&](error_code error, std::size_t size) {
            outcome = error;
            received = size;
        });
        try {
            run_until([&] { return outcome.has_value(); }, "the server says nothing");
        } catch (const std::exception&) {
            socket_.close();
            while (!outcome)
                loop_.run_one();
            throw;
        }
        over_ = bool(*outcome);
        const std::string_view octets(room.data(), received);
        if (tls_) {
            tls_->feed(octets);
            received_ += tls_->open();
        } else {
            received_ += octets;
        }
        return !over_;
    }

    void write(std::string_view octets)
    {
        error_code ended; // seen at the next read
        asio::write(socket_, asio::buffer(octets), ended);
    }

    template <class Condition>
    void run_until(Condition condition, const char* otherwise)
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        loop_.restart();
        while (!condition()) {
            if (loop_.run_one_until(deadline) == 0)
                throw std::runtime_error(std::string(otherwise) + "; unread: " + printable(received_));
        }
    }

    asio::io_context& loop_;
    tcp::socket socket_;
    std::shared_ptr<bool> session_ended_ = std::make_shared<bool>(false);
    std::unique_ptr<ClientTls> tls_;
    std::string received_;
    bool over_ = false;
};

} // namespace

std::unique_ptr<Peer> connect_by_socket(World& world, const Protocol& protocol)
{
    return std::make_unique<SocketClient>(world, protocol);
}

} // namespace pillarbox::transcripts

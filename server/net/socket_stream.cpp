// TCP with or without TLS. OpenSSL works on the descriptor itself
// (SSL_set_fd) rather than through Asio's SSL: an idle connection then costs
// 16 KiB instead of 77.

#include "server/net/socket_stream.hpp"
#include "server/net/channel_binding.hpp"
#include "server/net/tls_client_certificate.hpp"

#include "server/net/networks.hpp"
#include "server/net/tls.hpp"
#include "server/net/tls_trust.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace asio = boost::asio;

namespace pillarbox::net {

namespace {

constexpr std::size_t most_discarded = std::size_t{64} * 1024; // octets read on after the end
constexpr std::size_t largest_write = std::size_t{16} * 1024;  // to SSL_write at once: one record

/// What OpenSSL met; the value is its error code.
class TlsCategory final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "tls"; }
    std::string message(int value) const override
    {
        const char* reason = ERR_reason_error_string(static_cast<unsigned>(value));
        return reason != nullptr ? reason : "unknown TLS error";
    }
};

error_code tls_error(unsigned long code)
{
    static const TlsCategory category;
    if (code == 0) return asio::error::connection_aborted; // it failed, and does not say how
    return {static_cast<int>(code), category};
}

error_code system_error(int value)
{
    return {value, boost::system::system_category()};
}

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

class SocketStream final : public Stream
{
public:
    SocketStream(asio::io_context& context, Descriptor descriptor, const asio::ip::address& peer)
        : socket_(context), peer_(plain_address(peer))
    {
        socket_.assign(descriptor.value());
        static_cast<void>(descriptor.release());
        socket_.native_non_blocking(true);
        const int on = 1;
        ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }

    /// OpenSSL shakes hands by itself before it writes.
    void begin_tls_client(ssl_st* session)
    {
        ssl_.reset(session);
        SSL_set_fd(session, socket_.native_handle());
        description_ = "TLS"; // which, it is asked when it is there
    }

    awaitable<error_code> wait_readable() override;
    bool arrived() override;
    awaitable<result<std::size_t>> read_some(std::span<char> room) override;
    awaitable<error_code> write(std::string_view octets) override;
    awaitable<error_code> start_tls(TlsContext& context) override;
    awaitable<error_code> start_tls(const TlsTrust& trust, const std::string& host) override;
    awaitable<void> close() override;

    bool secure() const override { return !description_.empty(); }
    std::string_view tls_description() const override { return description_; }
    std::string channel_binding(std::string_view type) const override
    {
        return ssl_ ? net::channel_binding(*ssl_, type) : std::string();
    }
    std::vector<std::string> certified_addresses() const override
    {
        return ssl_ ? net::certified_addresses(*ssl_) : std::vector<std::string>();
    }
    CertificateFault certificate_fault() const override
    {
        return ssl_ ? fault_of(*ssl_) : CertificateFault::not_trusted;
    }
    asio::ip::address peer() const override { return peer_; }

    void cancel() noexcept override
    {
        cancelled_ = true;
        error_code error;
        socket_.cancel(error);
    }

private:
    using Direction = asio::posix::stream_descriptor::wait_type;
    static constexpr Direction for_input = asio::posix::stream_descriptor::wait_read;
    static constexpr Direction for_room = asio::posix::stream_descriptor::wait_write;

    /// What one attempt led to: done, wait for something, or a failure.
    struct Attempt
    {
        enum class Kind
        {
            done,
            wants_input,
            wants_room,
            failed
        };
        Kind kind = Kind::done;
        std::size_t octets = 0;
        error_code error;
    };
    using Kind = Attempt::Kind;

    Attempt try_read(std::span<char> room);
    Attempt try_write(std::string_view octets);
    Attempt after_ssl(int outcome);
    static Attempt after_system(ssize_t outcome, Kind blocked);

    awaitable<error_code> shake_hands(int (*try_it)(SSL*));
    awaitable<error_code> wait(Direction direction);
    awaitable<error_code> wait_for(const Attempt& attempt);

    asio::posix::stream_descriptor socket_;
    asio::ip::address peer_;
    Ssl ssl_{nullptr, &SSL_free};
    std::string description_;
    bool cancelled_ = false;  // the operation in progress
    bool tls_broken_ = false; // SSL_shutdown must not be called any more
};

SocketStream::Attempt SocketStream::after_system(ssize_t outcome, Kind blocked)
{
    if (outcome >= 0) return {Kind::done, static_cast<std::size_t>(outcome), {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {blocked, 0, {}};
    return {Kind::failed, 0, system_error(errno)};
}

SocketStream::Attempt SocketStream::after_ssl(int outcome)
{
    if (outcome > 0) return {Kind::done, static_cast<std::size_t>(outcome), {}};
    const int system = errno;
    switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
        return {Kind::wants_input, 0, {}};
    case SSL_ERROR_WANT_WRITE:
        return {Kind::wants_room, 0, {}};
    case SSL_ERROR_ZERO_RETURN:
        return {Kind::failed, 0, asio::error::eof};
    case SSL_ERROR_SYSCALL:
        tls_broken_ = true;
        return {Kind::failed, 0, system != 0 ? system_error(system) : error_code(asio::error::eof)};
    default:
        tls_broken_ = true;
        return {Kind::failed, 0, tls_error(ERR_peek_error())};
    }
}

SocketStream::Attempt SocketStream::try_read(std::span<char> room)
{
    if (ssl_) {
        ERR_clear_error(); // or SSL_get_error would report what another connection left
        errno = 0;
        return after_ssl(SSL_read(ssl_.get(), room.data(), static_cast<int>(room.size())));
    }
    Attempt attempt =
        after_system(::recv(socket_.native_handle(), room.data(), room.size(), 0), Kind::wants_input);
    if (attempt.kind == Kind::done && attempt.octets == 0) attempt = {Kind::failed, 0, asio::error::eof};
    return attempt;
}

SocketStream::Attempt SocketStream::try_write(std::string_view octets)
{
    if (ssl_) {
        ERR_clear_error();
        errno = 0;
        const std::size_t part = std::min(octets.size(), largest_write);
        return after_ssl(SSL_write(ssl_.get(), octets.data(), static_cast<int>(part)));
    }
    return after_system(::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL),
                        Kind::wants_room);
}

awaitable<error_code> SocketStream::wait(Direction direction)
{
    auto [error] = co_await socket_.async_wait(direction, asio::as_tuple(asio::deferred));
    // It may have been cancelled when the wait was over but not yet resumed.
    if (cancelled_) error = asio::error::operation_aborted;
    co_return error;
}

awaitable<error_code> SocketStream::wait_for(const Attempt& attempt)
{
    return wait(attempt.kind == Kind::wants_input ? for_input : for_room);
}

awaitable<error_code> at_once()
{
    co_return error_code();
}

/// Not itself a coroutine: whoever is idle waits here, without a frame of it.
awaitable<error_code> SocketStream::wait_readable()
{
    cancelled_ = false;
    // What OpenSSL has already decrypted, the kernel knows nothing of.
    return ssl_ && SSL_pending(ssl_.get()) > 0 ? at_once() : wait(for_input);
}

bool SocketStream::arrived()
{
    if (ssl_) return SSL_pending(ssl_.get()) > 0;
    char octet = 0;
    return ::recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

awaitable<result<std::size_t>> SocketStream::read_some(std::span<char> room)
{
    cancelled_ = false;
    for (;;) {
        const Attempt attempt = try_read(room);
        if (attempt.kind == Kind::done) co_return attempt.octets;
        if (attempt.kind == Kind::failed) co_return attempt.error;
        const error_code waited = co_await wait_for(attempt);
        if (waited) co_return waited;
    }
}

awaitable<error_code> SocketStream::write(std::string_view octets)
{
    cancelled_ = false;
    while (!octets.empty()) {
        const Attempt attempt = try_write(octets);
        if (attempt.kind == Kind::failed) co_return attempt.error;
        if (attempt.kind == Kind::done) {
            octets.remove_prefix(attempt.octets);
            continue;
        }
        const error_code waited = co_await wait_for(attempt);
        if (waited) co_return waited;
    }
    co_return error_code();
}

awaitable<error_code> SocketStream::start_tls(TlsContext& context)
{
    cancelled_ = false;
    ssl_.reset(context.new_session());
    return shake_hands(SSL_accept);
}

awaitable<error_code> SocketStream::start_tls(const TlsTrust& trust, const std::string& host)
{
    cancelled_ = false;
    ssl_.reset(trust.new_session(host));
    return shake_hands(SSL_connect);
}

awaitable<error_code> SocketStream::shake_hands(int (*try_it)(SSL*))
{
    if (SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) co_return tls_error(ERR_peek_error());
    for (;;) {
        ERR_clear_error();
        errno = 0;
        const Attempt attempt = after_ssl(try_it(ssl_.get()));
        if (attempt.kind == Kind::done) break;
        if (attempt.kind == Kind::failed) {
            tls_broken_ = true;
            co_return attempt.error;
        }
        const error_code waited = co_await wait_for(attempt);
        if (waited) co_return waited;
    }
    description_ = SSL_get_version(ssl_.get());
    description_ += ' ';
    description_ += SSL_get_cipher_name(ssl_.get());
    co_return error_code();
}

awaitable<void> SocketStream::close()
{
    cancelled_ = false;
    if (secure() && !tls_broken_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get()); // close_notify, if there is room for it; RFC 8446 §6.1
    }
    ::shutdown(socket_.native_handle(), SHUT_WR);

    // Closing with something unread makes TCP send a reset, which may overtake
    // the last reply at the peer (RFC 2525 §2.17). So what is there is read
    // first, and if there was any, what still comes.
    std::size_t discarded = 0;
    std::array<char, 4096> scratch;
    while (discarded < most_discarded) {
        const ssize_t received = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), 0);
        if (received == 0) co_return;
        if (received > 0) {
            discarded += static_cast<std::size_t>(received);
            continue;
        }
        if ((errno != EAGAIN && errno != EINTR) || discarded == 0) co_return;
        const error_code waited = co_await wait(for_input);
        if (waited) co_return;
    }
}

} // namespace

std::unique_ptr<Stream> make_socket_stream(asio::io_context& context, Descriptor descriptor,
                                           asio::ip::address peer)
{
    return std::make_unique<SocketStream>(context, std::move(descriptor), peer);
}

std::unique_ptr<Stream> make_tls_client_stream(asio::io_context& context, Descriptor descriptor,
                                               asio::ip::address peer, const TlsTrust& trust,
                                               const std::string& host)
{
    auto stream = std::make_unique<SocketStream>(context, std::move(descriptor), peer);
    stream->begin_tls_client(trust.new_session(host));
    return stream;
}

} // namespace pillarbox::net

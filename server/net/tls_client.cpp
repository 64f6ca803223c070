#include "server/net/tls_client.hpp"

#include "server/net/descriptor.hpp"
#include "server/net/tls_trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace pillarbox::net {

namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string system_reason(int error)
{
    return std::generic_category().message(error);
}

std::string earliest_reason()
{
    const unsigned long code = ERR_peek_error();
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "no reason given";
}

asio::ip::address address_of(const sockaddr* address)
{
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr));
    }
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    asio::ip::address_v6::bytes_type octets;
    std::copy(std::begin(v6->sin6_addr.s6_addr), std::end(v6->sin6_addr.s6_addr), octets.begin());
    return asio::ip::address_v6(octets);
}

} // namespace

struct ServerConnection::State
{
    explicit State(Options o) : options(std::move(o)) {}

    [[noreturn]] void fail(const std::string& why) const
    {
        throw ConnectionFailed(options.host + ":" + std::to_string(options.port) + ": " + why);
    }

    /// False when the patience is over.
    bool wait(int what, milliseconds patience) const;
    void wait_or_fail(int what, milliseconds patience) const;

    /// An errno; 0 when it is connected.
    int connect(const addrinfo& to);

    /// What became of an operation of OpenSSL: true when it is done, false when
    /// it is to be tried again, now that its wait is over.
    bool settle(int outcome, milliseconds patience) const;
    std::string tls_reason() const;

    const Options options;
    Descriptor socket;
    asio::ip::address peer;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, &SSL_free};
    std::array<char, std::size_t{64} * 1024> piece;
};

bool ServerConnection::State::wait(int what, milliseconds patience) const
{
    const auto deadline = Clock::now() + patience;
    // poll() passes over a descriptor of -1.
    std::array<pollfd, 2> waited{pollfd{socket.value(), static_cast<short>(what), 0},
                                 pollfd{options.interrupt, POLLIN, 0}};
    for (;;) {
        const auto left = std::max(std::chrono::ceil<milliseconds>(deadline - Clock::now()), milliseconds(0));
        const int ready = ::poll(waited.data(), waited.size(), static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) fail(system_reason(errno));
        if (ready > 0 && waited[1].revents != 0) fail("interrupted");
        if (ready >= 0) return ready > 0;
    }
}

void ServerConnection::State::wait_or_fail(int what, milliseconds patience) const
{
    if (!wait(what, patience))
        fail("nothing came for " +
             std::to_string(std::chrono::duration_cast<std::chrono::seconds>(patience).count()) + " s");
}

int ServerConnection::State::connect(const addrinfo& to)
{
    socket = Descriptor(::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return errno;
    peer = address_of(to.ai_addr);
    if (::connect(socket.value(), to.ai_addr, to.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    if (!wait(POLLOUT, options.connect_patience)) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.value(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

bool ServerConnection::State::settle(int outcome, milliseconds patience) const
{
    if (outcome > 0) return true;
    const int system = errno;
    switch (SSL_get_error(ssl.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
        wait_or_fail(POLLIN, patience);
        return false;
    case SSL_ERROR_WANT_WRITE:
        wait_or_fail(POLLOUT, patience);
        return false;
    case SSL_ERROR_ZERO_RETURN:
        fail("the server ended the connection");
    case SSL_ERROR_SYSCALL:
        fail(system != 0 ? system_reason(system) : "the server ended the connection");
    default:
        fail(tls_reason());
    }
}

std::string ServerConnection::State::tls_reason() const
{
    const long verified = SSL_get_verify_result(ssl.get());
    if (verified != X509_V_OK)
        return std::string("the server's certificate is not trusted: ") +
               X509_verify_cert_error_string(verified) +
               "; if it is the right server, give its certificate, or its authority's, with --ca-file";
    if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return "the server ended the connection";
    return "TLS failed: " + earliest_reason();
}

ServerConnection::ServerConnection(Options options) : state_(std::make_unique<State>(std::move(options)))
{
    State& s = *state_;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = std::to_string(s.options.port);
    const int unknown = ::getaddrinfo(s.options.host.c_str(), port.c_str(), &hints, &found);
    if (unknown != 0) s.fail(::gai_strerror(unknown));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
    int error = 0;
    for (const addrinfo* to = all.get(); to != nullptr; to = to->ai_next) {
        error = s.connect(*to);
        if (error == 0) return;
    }
    s.fail(system_reason(error));
}

ServerConnection::~ServerConnection() = default;

void ServerConnection::start_tls(const std::filesystem::path& trusted)
{
    State& s = *state_;
    try {
        s.ssl.reset(TlsTrust(trusted).new_session(s.options.host));
    } catch (const std::runtime_error& error) {
        throw ConnectionFailed(std::string(error.what()) + (trusted.empty() ? "; give --ca-file" : ""));
    }
    SSL* ssl = s.ssl.get();
    if (SSL_set_fd(ssl, s.socket.value()) != 1) s.fail("TLS cannot be set up: " + earliest_reason());
    for (bool done = false; !done;) {
        ERR_clear_error();
        errno = 0;
        done = s.settle(SSL_connect(ssl), s.options.connect_patience);
    }
}

std::string_view ServerConnection::read()
{
    State& s = *state_;
    for (;;) {
        if (s.ssl) {
            ERR_clear_error();
            errno = 0;
            const int count = SSL_read(s.ssl.get(), s.piece.data(), static_cast<int>(s.piece.size()));
            if (s.settle(count, s.options.patience)) return {s.piece.data(), static_cast<std::size_t>(count)};
            continue;
        }
        const ssize_t count = ::recv(s.socket.value(), s.piece.data(), s.piece.size(), 0);
        if (count > 0) return {s.piece.data(), static_cast<std::size_t>(count)};
        if (count == 0) s.fail("the server ended the connection");
        if (errno != EAGAIN && errno != EINTR) s.fail(system_reason(errno));
        s.wait_or_fail(POLLIN, s.options.patience);
    }
}

void ServerConnection::write(std::string_view octets)
{
    State& s = *state_;
    while (!octets.empty()) {
        if (s.ssl) {
            ERR_clear_error();
            errno = 0;
            const int count = SSL_write(s.ssl.get(), octets.data(), static_cast<int>(octets.size()));
            if (s.settle(count, s.options.patience)) octets.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        const ssize_t count = ::send(s.socket.value(), octets.data(), octets.size(), MSG_NOSIGNAL);
        if (count > 0) {
            octets.remove_prefix(static_cast<std::size_t>(count));
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) s.fail(system_reason(errno));
        s.wait_or_fail(POLLOUT, s.options.patience);
    }
}

asio::ip::address ServerConnection::peer() const
{
    return state_->peer;
}

} // namespace pillarbox::net

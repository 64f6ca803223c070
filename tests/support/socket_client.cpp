#include "tests/support/socket_client.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace pillarbox::test {

struct SocketClient::State
{
    ~State()
    {
        SSL_free(ssl);
        SSL_CTX_free(context);
        if (descriptor >= 0) ::close(descriptor);
    }
    int descriptor = -1;
    SSL_CTX* context = nullptr;
    SSL* ssl = nullptr;
};

namespace {

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

} // namespace

SocketClient::SocketClient(std::uint16_t port, const std::string& address) : state_(std::make_unique<State>())
{
    const boost::asio::ip::tcp::endpoint to(boost::asio::ip::make_address(address), port);
    state_->descriptor = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{20, 0};
    ::setsockopt(state_->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(state_->descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(state_->descriptor, to.data(), static_cast<socklen_t>(to.size())) != 0) fail("connect");
}

SocketClient::~SocketClient() = default;
SocketClient::SocketClient(SocketClient&& other) noexcept = default;

void SocketClient::start_tls(const Tls& tls)
{
    State& s = *state_;
    s.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(s.context, TLS1_VERSION);
    SSL_CTX_set_security_level(s.context, 0); // so that the server is what refuses
    if (tls.most != 0) SSL_CTX_set_max_proto_version(s.context, tls.most);
    if (!tls.ciphers.empty()) SSL_CTX_set_cipher_list(s.context, tls.ciphers.c_str());
    s.ssl = SSL_new(s.context);
    SSL_set_fd(s.ssl, s.descriptor);
    ERR_clear_error();
    if (SSL_connect(s.ssl) == 1) return;
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    throw std::runtime_error(std::string("TLS: ") + (reason != nullptr ? reason : "ended"));
}

void SocketClient::send(std::string_view octets)
{
    while (!octets.empty()) {
        const auto sent = state_->ssl != nullptr
                              ? SSL_write(state_->ssl, octets.data(), static_cast<int>(octets.size()))
                              : ::send(state_->descriptor, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("send");
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string SocketClient::read_some()
{
    std::array<char, 16384> room;
    if (state_->ssl != nullptr) {
        ERR_clear_error();
        const int read = SSL_read(state_->ssl, room.data(), static_cast<int>(room.size()));
        if (read > 0) return {room.data(), static_cast<std::size_t>(read)};
        if (SSL_get_error(state_->ssl, read) != SSL_ERROR_ZERO_RETURN)
            throw std::runtime_error("no close_notify");
        return {};
    }
    const ssize_t read = ::recv(state_->descriptor, room.data(), room.size(), 0);
    reset_ = read < 0 && errno == ECONNRESET;
    if (read < 0 && !reset_) fail("recv");
    return {room.data(), read > 0 ? static_cast<std::size_t>(read) : 0};
}

std::string SocketClient::read_until(std::string_view end)
{
    std::string all;
    while (!all.ends_with(end)) {
        const std::string piece = read_some();
        if (piece.empty()) break;
        all += piece;
    }
    return all;
}

std::string SocketClient::read_to_end()
{
    std::string all;
    for (std::string piece = read_some(); !piece.empty(); piece = read_some())
        all += piece;
    return all;
}

void SocketClient::finish()
{
    if (state_->ssl != nullptr) SSL_shutdown(state_->ssl);
    ::shutdown(state_->descriptor, SHUT_WR);
}

void SocketClient::abort()
{
    const linger none{1, 0};
    ::setsockopt(state_->descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::close(std::exchange(state_->descriptor, -1));
}

std::string SocketClient::fingerprint() const
{
    X509* certificate = SSL_get1_peer_certificate(state_->ssl);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    X509_digest(certificate, EVP_sha256(), digest.data(), &size);
    X509_free(certificate);
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string SocketClient::version() const
{
    return SSL_get_version(state_->ssl);
}

std::string SocketClient::cipher() const
{
    return SSL_get_cipher_name(state_->ssl);
}

int SocketClient::descriptor() const
{
    return state_->descriptor;
}

} // namespace pillarbox::test

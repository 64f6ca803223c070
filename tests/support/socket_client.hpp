#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::test {

/// A blocking TCP client for tests of real sockets, plain or under TLS, on
/// the test's own thread. Gives up after 20 s; throws std::runtime_error.
class SocketClient
{
public:
    struct Tls
    {
        int most = 0;             // highest version, such as TLS1_2_VERSION; 0: any
        std::string ciphers = {}; // for TLS 1.2; empty: all
    };

    explicit SocketClient(std::uint16_t port, const std::string& address = "127.0.0.1");
    ~SocketClient();
    SocketClient(SocketClient&& other) noexcept;

    /// The client's side of a handshake; verifies nothing.
    void start_tls(const Tls& tls);
    void start_tls() { start_tls(Tls()); }

    void send(std::string_view octets);
    /// Reads until `end` has come or the server ended; returns all of it.
    std::string read_until(std::string_view end);
    /// Reads until the server ends.
    std::string read_to_end();
    /// Whether a read fails with a reset rather than an end.
    bool reset() const { return reset_; }

    /// FIN, and under TLS close_notify before.
    void finish();
    /// RST.
    void abort();

    /// the SHA-256 of the server's certificate, and what was negotiated.
    std::string fingerprint() const;
    std::string version() const;
    std::string cipher() const;
    int descriptor() const;

private:
    std::string read_some();
    struct State;
    std::unique_ptr<State> state_;
    bool reset_ = false;
};

} // namespace pillarbox::test

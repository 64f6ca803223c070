#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pillarbox::net {

/// A connection to a server could not be made, or is over; what() is a sentence
/// for people.
class ConnectionFailed : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A connection to another server, as its client. It waits in place: for verbs,
/// never on a reactor. Every member throws ConnectionFailed when its patience is
/// over, when the server ends the connection, and when the wait is interrupted.
class ServerConnection
{
public:
    struct Options
    {
        std::string host; // a name or an address
        std::uint16_t port = 0;
        std::chrono::milliseconds connect_patience{30'000}; // for each address, and for TLS
        std::chrono::milliseconds patience{};               // for each read and write
        int interrupt = -1; // a descriptor that ends every wait once it can be read; not owned
    };

    /// Connects to the first of the host's addresses that answers.
    explicit ServerConnection(Options options);
    ~ServerConnection();
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    /// TLS 1.2 or 1.3, with a certificate for the host (RFC 9525) that the
    /// system trusts, or with `trusted` that one of that file's (PEM) vouches
    /// for, or is.
    void start_tls(const std::filesystem::path& trusted);

    /// The next octets, at least one and at most 64 KiB, until the next call.
    std::string_view read();

    void write(std::string_view octets);

    boost::asio::ip::address peer() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::net

#pragma once

#include "server/net/descriptor.hpp"

#include <cstdint>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>

namespace pillarbox::test {

/// A socket of loopback that listens; the kernel takes connections for it.
class Listening
{
public:
    explicit Listening(in_addr_t of = INADDR_LOOPBACK)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(of);
        socklen_t size = sizeof address;
        if (::bind(socket_.value(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(socket_.value(), 1) != 0 ||
            ::getsockname(socket_.value(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("there is no socket to listen on");
        port_ = ntohs(address.sin_port);
    }

    std::uint16_t port() const { return port_; }
    net::Descriptor accept() const { return net::Descriptor(::accept(socket_.value(), nullptr, nullptr)); }
    /// Ends an accept() of another thread, and those to come.
    void stop() const { ::shutdown(socket_.value(), SHUT_RDWR); }
    void close() { socket_ = net::Descriptor(); }

private:
    net::Descriptor socket_;
    std::uint16_t port_ = 0;
};

} // namespace pillarbox::test

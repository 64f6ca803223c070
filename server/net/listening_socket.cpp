#include "server/net/listening_socket.hpp"

#include "server/base/log.hpp"
#include "server/net/networks.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace asio = boost::asio;

namespace pillarbox::net {

namespace {

std::string advice(int error, const std::string& protocol)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return "Ports below 1024 need root or CAP_NET_BIND_SERVICE; choose a higher one with " + protocol +
               ".listen";
    case EADDRINUSE:
        return "Another program listens there (`ss -ltnp` shows which): stop it, or change " + protocol +
               ".listen";
    case EADDRNOTAVAIL:
        return "This machine has no such address (`ip address` shows its own): change " + protocol +
               ".listen";
    case EAFNOSUPPORT:
        return "This machine has no IPv6: write an IPv4 address into " + protocol + ".listen";
    case EMFILE:
    case ENFILE:
        return "Too many files are open: raise the limit (`ulimit -n`, or LimitNOFILE= in the service)";
    default:
        return "Check " + protocol + ".listen";
    }
}

[[noreturn]] void refuse(const std::string& protocol, const Endpoint& endpoint, int error)
{
    throw std::runtime_error(protocol + ": cannot listen on " + to_string(endpoint) + ": " +
                             std::generic_category().message(error) + ". " + advice(error, protocol));
}

/// The socket, or the error that the system gave.
int try_listen(const asio::ip::tcp::endpoint& address, bool also_ipv4, Descriptor& out)
{
    Descriptor socket(
        ::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!socket) return errno;
    const int on = 1;
    const int v6_only = also_ipv4 ? 0 : 1;
    // So that a restart need not wait for old connections to be forgotten.
    if (::setsockopt(socket.value(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return errno;
    if (address.address().is_v6() &&
        ::setsockopt(socket.value(), IPPROTO_IPV6, IPV6_V6ONLY, &v6_only, sizeof v6_only) != 0)
        return errno;
    if (::bind(socket.value(), address.data(), static_cast<socklen_t>(address.size())) != 0) return errno;
    if (::listen(socket.value(), SOMAXCONN) != 0) return errno;
    out = std::move(socket);
    return 0;
}

std::uint16_t port_of(const Descriptor& socket)
{
    asio::ip::tcp::endpoint bound;
    auto size = static_cast<socklen_t>(bound.capacity());
    ::getsockname(socket.value(), bound.data(), &size);
    bound.resize(size);
    return bound.port();
}

} // namespace

std::string to_string(const Endpoint& endpoint)
{
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" + std::to_string(endpoint.port);
}

std::optional<ListeningSocket> listen_on(const std::string& protocol, const Endpoint& endpoint,
                                         bool also_ipv4)
{
    boost::system::error_code malformed;
    const auto address = asio::ip::make_address(endpoint.address, malformed);
    if (malformed) refuse(protocol, endpoint, EINVAL);

    const bool any_v6 = address.is_v6() && address.is_unspecified();
    ListeningSocket made{Descriptor(), endpoint};
    int error = try_listen({address, endpoint.port}, any_v6 && also_ipv4, made.descriptor);
    if (any_v6 && (error == EAFNOSUPPORT || error == EADDRNOTAVAIL)) {
        if (!also_ipv4) return std::nullopt;
        Log().warning("net.no_ipv6",
                      {{"protocol", protocol}, {"listen", "0.0.0.0"}, {"port", endpoint.port}});
        made.endpoint.address = "0.0.0.0";
        error = try_listen({asio::ip::address_v4::any(), endpoint.port}, false, made.descriptor);
    }
    if (error != 0) refuse(protocol, made.endpoint, error);
    made.endpoint.port = port_of(made.descriptor);
    return made;
}

std::size_t raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024; // what every system has
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    return limit.rlim_cur;
}

} // namespace pillarbox::net

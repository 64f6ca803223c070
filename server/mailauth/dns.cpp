#include "server/mailauth/dns.hpp"

#include <utility>

namespace pillarbox::mailauth {

awaitable<net::DnsAnswer<std::string>> ResolverDns::txt(std::string name)
{
    return resolver_.txt(std::move(name));
}

awaitable<net::DnsAnswer<net::dns::Mx>> ResolverDns::mx(std::string name)
{
    return resolver_.mx(std::move(name));
}

awaitable<net::DnsAnswer<std::string>> ResolverDns::ptr(boost::asio::ip::address address)
{
    return resolver_.ptr(std::move(address));
}

awaitable<net::DnsAnswer<boost::asio::ip::address>> ResolverDns::ipv4(std::string name)
{
    return resolver_.ipv4(std::move(name));
}

awaitable<net::DnsAnswer<boost::asio::ip::address>> ResolverDns::ipv6(std::string name)
{
    return resolver_.ipv6(std::move(name));
}

} // namespace pillarbox::mailauth

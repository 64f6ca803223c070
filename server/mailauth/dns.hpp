#pragma once

#include "server/net/dns_records.hpp"
#include "server/net/resolver.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <string>

namespace pillarbox::mailauth {

using boost::asio::awaitable;

/// Whom those who verify mail ask: net::Resolver, or a zone in memory.
class Dns
{
public:
    virtual ~Dns() = default;

    virtual awaitable<net::DnsAnswer<std::string>> txt(std::string name) = 0;
    virtual awaitable<net::DnsAnswer<net::dns::Mx>> mx(std::string name) = 0;
    virtual awaitable<net::DnsAnswer<std::string>> ptr(boost::asio::ip::address address) = 0;

    // A and AAAA.
    virtual awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv4(std::string name) = 0;
    virtual awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv6(std::string name) = 0;
};

/// The real one.
class ResolverDns final : public Dns
{
public:
    explicit ResolverDns(net::Resolver& resolver) : resolver_(resolver) {}

    awaitable<net::DnsAnswer<std::string>> txt(std::string name) override;
    awaitable<net::DnsAnswer<net::dns::Mx>> mx(std::string name) override;
    awaitable<net::DnsAnswer<std::string>> ptr(boost::asio::ip::address address) override;
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv4(std::string name) override;
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv6(std::string name) override;

private:
    net::Resolver& resolver_;
};

} // namespace pillarbox::mailauth

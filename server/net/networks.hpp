#pragma once

#include "server/base/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <vector>

namespace pillarbox::net {

/// An address as people write it: IPv4 where it was mapped into IPv6.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// Whoever an address stands for when abuse is counted: an IPv4 address, or
/// the /64 of an IPv6 address, of which one subscriber has 2^64. Every table
/// that counts by address uses it as its key.
boost::asio::ip::address site_of(const boost::asio::ip::address& address);

/// Networks that an address may belong to: `limits.exempt`. Pure.
class NetworkSet
{
public:
    NetworkSet() = default;
    explicit NetworkSet(const std::vector<Network>& networks);

    bool contains(const boost::asio::ip::address& address) const;

private:
    struct Range
    {
        boost::asio::ip::address first; // its bits beyond `prefix` are 0
        unsigned prefix;
    };
    std::vector<Range> ranges_;
};

} // namespace pillarbox::net

#pragma once

#include "server/base/config.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Lists of addresses in DNS, RFC 5782.
namespace pillarbox::net {

/// The name under which a list has an address, RFC 5782 §2.1 and §2.4:
/// "7.2.0.192.zen.example.org", for IPv6 by half octets.
std::string name_in_list(const boost::asio::ip::address& address, std::string_view zone);

/// The first of the answers that says that the address is on the list; 0 where
/// none does. What lists say to those whom they do not serve, 127.255.255.x,
/// and what is no answer of theirs, says nothing.
std::uint32_t listed_by(const DnsList& list, const std::vector<boost::asio::ip::address>& answers);

} // namespace pillarbox::net

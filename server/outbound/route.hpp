#pragma once

#include "server/outbound/answer.hpp"
#include "server/outbound/settings.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::net {
class Resolver;
}

namespace pillarbox::outbound {

/// Where a conversation may be held.
struct Target
{
    std::string host; // as its certificate has it, and as people know it
    boost::asio::ip::address address;
    std::uint16_t port = 25;
    bool secure = false;     // DNSSEC vouches for it all: the way to its name, and its addresses
    std::string canonical{}; // where its name is an alias, of that
};

/// The way to a destination.
struct Route
{
    std::vector<Target> targets;    // in the order in which they are tried
    std::optional<Answer> dead_end; // instead: why there are none
};

/// The way that mail for `destination`, the domain of a recipient, takes: to
/// its route or the smarthost, or to the hosts that DNS names, RFC 5321 §5.1. At most 12
/// targets.
boost::asio::awaitable<Route> find_route(net::Resolver& resolver, const Settings& settings,
                                         std::string destination);

} // namespace pillarbox::outbound

#pragma once

#include "server/base/config.hpp"
#include "server/base/rate.hpp"
#include "server/smtp/load.hpp"
#include "storage/types.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace pillarbox::smtp {

struct HashOfAddress
{
    std::size_t operator()(const boost::asio::ip::address& address) const;
};

/// What all SMTP sessions together count. Keys of addresses are sites
/// (net::site_of()): an IPv6 /64 is one.
struct Rates
{
    using OfAccounts = Rate<storage::AccountId>;
    using OfSites = Rate<boost::asio::ip::address, HashOfAddress>;

    explicit Rates(const Config& config);

    OfAccounts messages;   // that are submitted
    OfAccounts recipients; // of those
    OfSites connections;   // to the ports where other servers deliver
    OfSites deliveries;    // messages that come over those
    Load load;             // sessions now
};

/// For people who are to come again: "42 seconds", "12 minutes".
std::string in_words(std::chrono::seconds time);

} // namespace pillarbox::smtp

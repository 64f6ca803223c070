#pragma once

#include "server/net/dns_records.hpp"
#include "server/outbound/dane.hpp"
#include "server/outbound/sts.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::outbound {

/// What TLS mail for a domain is owed at one of its hosts.
struct Demand
{
    enum class Policy
    {
        none, // whatever there is
        sts,  // RFC 8461
        tlsa  // RFC 7672
    };

    Policy policy = Policy::none;
    bool tls = false;                      // no mail without it
    bool certificate = false;              // nor for who does not prove to be the host
    bool host_allowed = true;              // no mail for the others
    bool host_proven = false;              // nobody on the way could have named another host
    std::vector<net::dns::Tlsa> records{}; // that vouch for it, instead of authorities
    std::string by{};                      // whose demand it is, for people; empty: nobody's
};

/// What a policy of MTA-STS demands of the server at `host`, RFC 8461 §4.1. In
/// testing nothing, but it is said how it would be.
Demand demand_of(const StsFinding& finding, std::string_view domain, std::string_view host);

/// What usable or unusable TLSA records demand of it, RFC 7672 §2.2. They go
/// before MTA-STS, RFC 8461 §2.
Demand demand_of(const DaneFinding& finding, std::string_view host);

} // namespace pillarbox::outbound

#include "server/outbound/demand.hpp"

#include <fmt/format.h>

namespace pillarbox::outbound {

Demand demand_of(const StsFinding& finding, std::string_view domain, std::string_view host)
{
    Demand demand;
    if (!finding.rules) return demand;
    const bool named = finding.rules->allow(host);
    const bool enforced = finding.rules->mode == StsRules::Mode::enforce;
    demand.policy = Demand::Policy::sts;
    demand.tls = demand.certificate = enforced;
    demand.host_allowed = named || !enforced;
    demand.host_proven = named;
    demand.by = fmt::format("the MTA-STS policy of {}", domain);
    return demand;
}

Demand demand_of(const DaneFinding& finding, std::string_view host)
{
    Demand demand;
    demand.policy = Demand::Policy::tlsa;
    demand.tls = true;
    demand.certificate = demand.host_proven = finding.kind == DaneFinding::Kind::usable;
    demand.records = finding.records;
    demand.by = fmt::format("the TLSA record of {} (DANE)", host);
    return demand;
}

} // namespace pillarbox::outbound

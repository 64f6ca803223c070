#include "server/base/pace_terms.hpp"

#include <utility>

namespace pillarbox {

PaceTerms::PaceTerms(const Config::Outbound& outbound) : per_minute_(outbound.messages_per_minute)
{
    if (outbound.mode == Config::Outbound::Mode::smarthost) smarthost_ = outbound.smarthost.host;
    for (const auto& route : outbound.routes)
        routes_.emplace(route.domain, route.messages_per_minute.value_or(per_minute_));
}

Lane PaceTerms::lane_of(std::string_view domain) const
{
    const auto route = routes_.find(domain);
    if (route != routes_.end()) return {.name = route->first, .per_minute = route->second};
    if (smarthost_.empty()) return {.name = std::string(domain), .per_minute = per_minute_};
    return {.name = "the smarthost " + smarthost_, .per_minute = per_minute_};
}

} // namespace pillarbox

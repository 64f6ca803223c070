#pragma once

#include "server/base/config.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace pillarbox {

/// Where mail goes, as far as its pace is concerned, and how much of it may go there.
struct Lane
{
    std::string name;             // for people: a domain, or "the smarthost HOST"
    std::uint32_t per_minute = 0; // messages; 0: as many as there are
};

/// How fast mail may go to whom, by the settings. Pure.
class PaceTerms
{
public:
    PaceTerms() = default;
    explicit PaceTerms(const Config::Outbound& outbound);

    /// That of a domain's mail.
    Lane lane_of(std::string_view domain) const;

private:
    std::uint32_t per_minute_ = 0;
    std::string smarthost_{}; // where all goes that has no route; empty: there is none
    std::map<std::string, std::uint32_t, std::less<>> routes_{};
};

} // namespace pillarbox

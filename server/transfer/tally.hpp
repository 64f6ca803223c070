#pragma once

#include <cstdint>
#include <map>
#include <numeric>
#include <string>

namespace pillarbox::transfer {

/// What became of a transfer's messages.
struct Tally
{
    std::uint64_t done = 0;                       // imported, or exported
    std::uint64_t octets = 0;                     // of those
    std::uint64_t already = 0;                    // were there from an earlier run
    std::uint64_t lost_unique_ids = 0;            // imported, but with another unique id
    std::map<std::string, std::uint64_t> skipped; // by reason
    bool stopped = false;                         // by the person who began it

    std::uint64_t seen() const
    {
        return std::accumulate(skipped.begin(), skipped.end(), done + already,
                               [](std::uint64_t sum, const auto& reason) { return sum + reason.second; });
    }
};

} // namespace pillarbox::transfer

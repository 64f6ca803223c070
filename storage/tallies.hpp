#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// What reports are made of. The numbers are those of the database.
enum class TallyKind : std::uint8_t
{
    tls = 1,  // sessions with the servers of a domain, RFC 8460
    dmarc = 2 // messages that say they are from a domain, RFC 9990
};

/// Things of a day that were alike. The texts are the caller's.
struct Tally
{
    std::string policy;
    std::string facts;
    std::uint64_t number = 1;

    bool operator==(const Tally&) const = default;
};

/// All of a day (days since 1970) that the owner of a domain may be told of.
struct TallyDay
{
    std::int64_t day = 0;
    std::string domain;
    std::vector<Tally> tallies{};
    std::uint64_t left_out = 0; // counted, but of more kinds than are kept
};

/// What is counted day by day until somebody is told of it. All of it is bounded:
/// 100 kinds of sessions and 1000 of messages a domain and day, and 200,000 kinds
/// and 20,000 domains and days in all. Any call may fail with timed_out or
/// unavailable.
class Tallies
{
public:
    virtual ~Tallies() = default;

    /// Adds to what is counted, all of it or nothing. Of a domain and day more than
    /// are kept nothing is known.
    virtual awaitable<Result<void>> add(TallyKind kind, std::vector<TallyDay> days) = 0;

    /// The next day before `before` that is still kept, of one domain, in the order of
    /// days and domains behind that of `day` and `domain`.
    virtual awaitable<Result<std::optional<TallyDay>>> next_day(TallyKind kind, std::int64_t before,
                                                                std::int64_t day, std::string domain) = 0;
    virtual awaitable<Result<void>> forget_day(TallyKind kind, std::int64_t day, std::string domain) = 0;
};

} // namespace pillarbox::storage

#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// An address at another server, of which that server says that it is none.
struct DeadAddress
{
    std::string address;
    std::uint32_t failures = 0; // one after the other: mail that was taken ends the row
    Time first{};
    Time last{};
    std::string host;  // that said so last
    std::string reply; // its words
};

/// Addresses elsewhere that are dead, by Outcome::dead of what was settled. Addresses
/// compare without case. It is bounded: the oldest are forgotten.
/// Any call may fail with timed_out or unavailable.
class DeadAddresses
{
public:
    virtual ~DeadAddresses() = default;

    virtual awaitable<Result<std::optional<DeadAddress>>> find(std::string address) = 0;

    /// That failed `least` times or more, and not before `since`; the latest first.
    virtual awaitable<Result<std::vector<DeadAddress>>> list(std::uint32_t least, Time since,
                                                             std::size_t most) = 0;

    /// Begins anew; `by` is who says so, for those who ask what happened. Errors: not_found.
    virtual awaitable<Result<void>> forget(std::string address, std::string by) = 0;
};

} // namespace pillarbox::storage

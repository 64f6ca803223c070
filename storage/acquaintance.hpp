#pragma once

#include <cstdint>
#include <optional>

namespace pillarbox::storage {

/// What a person has said of a sender. The numbers are in the database.
enum class SenderRule : std::uint8_t
{
    allow = 1, // never junk, where the sender is verified
    block = 2  // always junk
};

/// What an account knows of whom a message is from.
struct Acquaintance
{
    std::optional<SenderRule> rule{}; // of the address, else of its domain
    bool known = false;               // has written before, or was written to

    // Messages that its filter has learned from.
    std::uint32_t junk = 0;
    std::uint32_t wanted = 0;
};

} // namespace pillarbox::storage

#pragma once

#include "server/mailflow/intake.hpp"
#include "server/mime/header.hpp"

#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// Where one message goes, every destination once.
struct Destinations
{
    struct Copy
    {
        storage::AccountId account{};
        std::string delivered_to; // of the first recipient that leads there
    };

    std::vector<Copy> copies;
    std::vector<std::string> forward_to;
    /// The alias that sends it out again; empty when none does or several do:
    /// no one out there may learn of an address meant for another.
    std::string forwarded_by;
};

/// Brings the recipients together, in their order.
Destinations destinations(const std::vector<Recipient>& recipients);

/// Whether an alias would send the message out again that has passed through
/// it before: its address stands in a Delivered-To field.
bool forwarding_loop(const mime::Header& header, const std::vector<Recipient>& recipients);

} // namespace pillarbox::mailflow

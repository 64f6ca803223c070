#pragma once

#include "server/mailflow/bounce.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mime/header.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// Where one message goes, every destination once.
struct Destinations
{
    struct Copy
    {
        storage::AccountId account{};
        std::string delivered_to;                            // of the first recipient that leads there
        std::optional<storage::Acquaintance> acquaintance{}; // as Route::Local has it
    };

    std::vector<Copy> copies;
    std::vector<storage::Forward> forward_to;
    /// For each of those the alias that leads there; empty when it was itself
    /// the recipient.
    std::vector<std::string> through;
    std::vector<storage::Delivery::Part> parts; // what each recipient adds to the two
    /// The alias that sends it out again; empty when none does or several do:
    /// no one out there may learn of an address meant for another.
    std::string forwarded_by;
};

/// Brings the recipients together, in their order. What was asked with RCPT
/// goes along to other servers; where an alias has more targets than one, all of
/// it but that success be told of (RFC 3461 §5.2.7.2).
Destinations destinations(const std::vector<Recipient>& recipients);

/// What its sender is to be told of a recipient once the message is stored:
/// that it was delivered, or passed on to several of whom nothing more is told
/// (RFC 3461 §5.2.2 and §5.2.7.2). Nothing unless success was asked for, nor
/// where another server is to tell.
std::optional<Action> success_of(const Recipient& recipient);

/// Whether an alias would send the message out again that has passed through
/// it before: its address stands in a Delivered-To field.
bool forwarding_loop(const mime::Header& header, const std::vector<Recipient>& recipients);

} // namespace pillarbox::mailflow

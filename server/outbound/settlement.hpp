#pragma once

#include "server/mailflow/bounce.hpp"
#include "server/outbound/answer.hpp"
#include "storage/queue.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::outbound {

/// What an attempt led to: for the queue, and for the sender.
struct Verdict
{
    std::vector<storage::Outcome> outcomes;
    std::vector<mailflow::RecipientReport> reports; // what failed, and what is delayed; may be empty
};

/// What is known of an attempt. It asks nobody: told the time, and given its dice.
struct Attempt
{
    const storage::Claim& claim;
    const std::vector<Answer>& answers; // as many as the recipients
    std::string host;                   // that answered, or was to; may be empty
    storage::Time now{};
    double dice = 0.5; // in [0, 1)
};

/// Delivered and failed recipients leave the queue; others are tried again as
/// retry.hpp has it, until their life is over. The sender hears of what has
/// failed, and after four hours, once, of what is delayed.
Verdict judge(const Attempt& attempt);

} // namespace pillarbox::outbound

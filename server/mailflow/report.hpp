#pragma once

#include "server/mailflow/bounce.hpp"
#include "server/mailflow/intake.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace pillarbox::mailflow {

/// What a sender asked to be told of a message that was stored just now: one
/// report for all of its recipients, RFC 3461 §5.2.2. None when nothing was
/// asked, nor for the null path. Its header goes back to those alone who have
/// signed in: a sender whom nobody checked may be somebody else, who is not to
/// be sent words that others wrote. `head` is the message from its beginning.
std::optional<Report> success_report(const Origin& origin, const Sender& sender,
                                     const std::vector<Recipient>& recipients, std::string_view head);

} // namespace pillarbox::mailflow

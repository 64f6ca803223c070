#pragma once

#include <string>
#include <string_view>

namespace pillarbox::transcript {

/// What one recipient of a message may see of the SMTP session that brought it:
/// the beginning, and of the transaction of that message what is about him. No
/// other recipient stands in it, no other message, and no sign-in. `name` is
/// that of `stored as NAME`, `recipient` the forward-path as it was accepted.
/// Empty when the session's transcript has no such message.
std::string excerpt(std::string_view text, std::string_view name, std::string_view recipient);

} // namespace pillarbox::transcript

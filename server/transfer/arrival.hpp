#pragma once

#include <chrono>
#include <string_view>

namespace pillarbox::transfer {

/// When a message came, from its header section in `head`: as the newest
/// Received field has it, or else Date; what is unreadable or in the future is
/// `now`. For sources that do not say it.
std::chrono::sys_seconds arrival_of(std::string_view head, std::chrono::sys_seconds now);

} // namespace pillarbox::transfer

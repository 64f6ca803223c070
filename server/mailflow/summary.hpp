#pragma once

#include "storage/types.hpp"

#include <string_view>

namespace pillarbox::mailflow {

/// What the store keeps of a message for its lists, from its first octets:
/// mime::most_summary_octets of them, or all.
storage::Summary summary_of(std::string_view head);

} // namespace pillarbox::mailflow

#pragma once

#include "storage/types.hpp"

#include <string_view>

namespace pillarbox::admin {

/// When something is to end: `2026-12-31`, of which all still counts, or
/// `2026-12-31T18:00:00Z` as RFC 3339 has it; both of UTC. Throws Failed with a
/// sentence.
storage::Time parse_until(std::string_view text);

} // namespace pillarbox::admin

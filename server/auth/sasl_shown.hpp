#pragma once

#include "server/net/transcript.hpp"

#include <string_view>

namespace pillarbox::auth::sasl {

/// What of an AUTH command's line a transcript may have: never more than the
/// mechanism's name, for what follows is a secret, and a name that nobody knows
/// may be one. `argument` is what stands behind AUTH, and points into `line`.
net::Shown shown(std::string_view line, std::string_view argument);

} // namespace pillarbox::auth::sasl

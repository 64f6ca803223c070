#pragma once

#include <string>

namespace pillarbox {

/// The machine's fully qualified name, as far as it knows it; `localhost` when
/// that is no host name. May ask the resolver, and wait for it.
std::string machine_name();

} // namespace pillarbox

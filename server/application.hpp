#pragma once

#include "server/base/config.hpp"

namespace pillarbox {

/// `serve`: builds the store, the reactors, the services and the listeners,
/// runs until SIGTERM or SIGINT, and ends in order. Returns the exit status.
/// Throws ConfigError, or std::runtime_error with a sentence for people, when
/// the server cannot start.
int serve(ConfigSources sources, bool demo);

} // namespace pillarbox

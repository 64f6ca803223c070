#pragma once

#include "server/base/config.hpp"

#include <functional>

namespace pillarbox::admin {

/// Exit statuses, as scripts rely on them.
enum Exit : int
{
    done = 0,
    failed = 1,
    usage = 2
};

/// `serve`: runs the server with what these sources say, until it is told to
/// stop; returns the exit status.
using Serve = std::function<int(ConfigSources sources, bool demo)>;

/// Reads the command line, runs its verb, and returns the exit status. Errors
/// go to standard error in one sentence.
int run(int argc, char** argv, const Serve& serve);

} // namespace pillarbox::admin

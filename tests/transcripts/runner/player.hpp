#pragma once

#include "tests/transcripts/runner/script.hpp"

#include <string_view>

namespace pillarbox::transcripts {

/// How the client's lines reach the server.
enum class Mode
{
    lines, // each in a segment, when the answers before it are there
    burst, // all up to the next directive in one segment
    octets // the same, each octet in a segment of its own
};

enum class Transport
{
    memory,
    socket
};

std::string_view name(Mode mode);
std::string_view name(Transport transport);

/// Whether the script is meant for this mode and transport.
bool applies(const Script& script, Mode mode, Transport transport);

/// Plays the script against a server of its own. Throws std::runtime_error
/// that names file and line, what was expected and what came.
void play(const Script& script, Mode mode, Transport transport);

} // namespace pillarbox::transcripts

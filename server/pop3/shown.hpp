#pragma once

#include "server/net/line_buffer.hpp"
#include "server/net/transcript.hpp"
#include "server/pop3/command.hpp"

namespace pillarbox::pop3 {

/// What of a command line a transcript may have. Passwords, digests and what
/// follows a mechanism's name are withheld; and whatever is no command that is
/// known with such arguments, for it may be a secret in the wrong place.
net::Shown shown(const net::Line& line, const Command& command);

} // namespace pillarbox::pop3

#pragma once

#include "server/net/line_buffer.hpp"
#include "server/net/transcript.hpp"
#include "server/smtp/command.hpp"

namespace pillarbox::smtp {

/// What of a command line a transcript may have: of AUTH the mechanism, of
/// MAIL and RCPT the path and what follows it, of EHLO a name that may stand in
/// a trace field, of BDAT its number. All else is withheld, for it may be a
/// secret in the wrong place.
net::Shown shown(const net::Line& line, const Command& command);

} // namespace pillarbox::smtp

#pragma once

#include "server/base/config.hpp"
#include "server/transcript/archive.hpp"

#include <string>

namespace pillarbox::transcript {

/// The transcript as a script that tests/transcripts plays: with a server that
/// has the accounts and as many messages of the same sizes, the client's lines,
/// and what is to be answered. What was withheld is made up: passwords, message
/// texts, lines that were no command. Of settings those that show in a dialogue
/// are taken from `config`. What came from other sessions, such as a maildrop
/// in use, is not there when it is played. Throws std::runtime_error when it
/// is too much for a test.
std::string as_test(const Found& found, const Config& config);

} // namespace pillarbox::transcript

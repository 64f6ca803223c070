#pragma once

#include <string_view>

namespace pillarbox::transcripts {

/// Whether a line from an SMTP server refuses nothing, or does so as it should:
/// with an enhanced status code of the same class (RFC 2034 §4), and behind it a
/// text of three words at least, to say what to do.
bool helpful(std::string_view line);

} // namespace pillarbox::transcripts

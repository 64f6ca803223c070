#pragma once

#include <string_view>

namespace pillarbox::pop3 {

/// Whether a message, given from its beginning, is one that only clients that
/// know UTF-8 can read: it came with SMTPUTF8, as its topmost Received field
/// says (RFC 6531 §4.3), and has octets beyond ASCII in its header section, as
/// far as that is given. Such octets in other mail are its sender's mistake,
/// and clients are used to it. Pure.
bool is_internationalized(std::string_view message);

} // namespace pillarbox::pop3

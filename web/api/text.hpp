#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::api {

/// The text of a format=flowed part with its paragraphs whole again, RFC 3676
/// §4: lines that end in a space go on with the next one of the same quote
/// depth, and stuffed spaces go. Takes CRLF or LF, gives LF. Only what has
/// passed; with `delete_space` (DelSp=yes) the space before a soft break goes too.
std::string unflow(std::string_view text, bool delete_space);

/// Line ends as LF.
std::string unix_lines(std::string_view text);

/// At most `most` octets of UTF-8, cut between characters.
std::string_view cut_utf8(std::string_view text, std::size_t most);

/// A Content-Disposition field, RFC 6266 §4: the name in ASCII for old
/// clients, and by RFC 8187 for all others. `name` is UTF-8 and free of controls.
std::string content_disposition(std::string_view kind, std::string_view name);

} // namespace pillarbox::api

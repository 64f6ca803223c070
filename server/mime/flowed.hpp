#pragma once

#include <string>
#include <string_view>

namespace pillarbox::mime {

/// Text as a format=flowed part has it, RFC 3676 §4: paragraphs, which are one
/// line of `text` each, are broken at spaces so that lines stay within 78
/// characters, and come back whole from unflow(). Lines that begin with '>' are
/// quotes, "-- " is the signature's line. Takes CRLF or LF, gives CRLF, also
/// behind the last line. White space before a line end goes.
std::string flow(std::string_view text);

/// The text of a format=flowed part with its paragraphs whole again, RFC 3676
/// §4: lines that end in a space go on with the next one of the same quote
/// depth, and stuffed spaces go. Takes CRLF or LF, gives LF. Only what has
/// passed; with `delete_space` (DelSp=yes) the space before a soft break goes too.
std::string unflow(std::string_view text, bool delete_space);

/// Line ends as LF.
std::string unix_lines(std::string_view text);

} // namespace pillarbox::mime

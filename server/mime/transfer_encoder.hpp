#pragma once

#include <string>
#include <string_view>

namespace pillarbox::mime {

/// Text with CRLF line ends as quoted-printable, RFC 2045 §6.7: lines of at
/// most 76 characters.
std::string encode_quoted_printable(std::string_view text);

/// Writes base64 as bodies have it, RFC 2045 §6.8, piece by piece: lines of 76
/// characters, with a line end between them and none behind the last.
class Base64Writer
{
public:
    void feed(std::string_view octets, std::string& out);

    /// Appends what was waiting for more.
    void finish(std::string& out);

private:
    void write_line(std::string_view octets, std::string& out);

    std::string held_;     // less than a line's octets
    bool between_ = false; // a line was written before
};

} // namespace pillarbox::mime

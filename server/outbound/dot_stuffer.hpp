#pragma once

#include <string>
#include <string_view>

namespace pillarbox::outbound {

/// Makes a message's octets the text of DATA, RFC 5321 §4.5.2: a line that
/// begins with "." is sent with another in front. Only CRLF ends a line. Pieces
/// may be cut anywhere.
class DotStuffer
{
public:
    /// The octets to send for `piece`; they hold until the next call, and no
    /// longer than `piece` itself: mostly they are the very same.
    std::string_view feed(std::string_view piece);

    /// What goes behind the last piece: the end, on a line of its own.
    std::string_view finish() const { return at_line_start_ ? ".\r\n" : "\r\n.\r\n"; }

private:
    bool at_line_start_ = true;
    bool after_cr_ = false;
    std::string stuffed_;
};

} // namespace pillarbox::outbound

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Reads a multi-line reply of POP3: takes off the dot that was put before a
/// line's own, and finds the end, a line of a dot alone (RFC 1939 §3). Only CRLF
/// ends a line; every other octet is text. Octets may come cut anywhere.
class DotReader
{
public:
    /// Takes what it can of `octets` and appends the text of it to `out`.
    /// Returns how many were used: all, or those up to the end of the reply.
    std::size_t feed(std::string_view octets, std::string& out);

    bool done() const { return state_ == State::done; }

private:
    enum class State
    {
        line_start,
        text,
        cr,     // behind a CR, which was let go
        dot,    // behind a dot that began a line, held back
        dot_cr, // behind such a dot and a CR, held back
        done
    };

    State state_ = State::line_start;
};

} // namespace pillarbox::transfer

#pragma once

#include "server/smtp/text_rules.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// Undoes dot-stuffing and finds the end of DATA, RFC 5321 §4.5.2. Only
/// CRLF.CRLF ends the message and only CRLF ends a line: a bare CR, a bare LF
/// or a NUL makes the message unacceptable (TextRules), and nothing behind a
/// false end is ever taken for a command. A bare LF that is mended begins no
/// line here either, so a dot behind it is text and ends nothing. No I/O;
/// octets may arrive cut anywhere.
class DataReader
{
public:
    using BareLineFeed = TextRules::BareLineFeed;
    using Fault = TextRules::Fault;

    explicit DataReader(BareLineFeed bare_line_feed = BareLineFeed::refused) : rules_(bare_line_feed) {}

    /// Takes what it can of `octets` and appends the message's part of it to
    /// `out`. Returns how many were used; stops behind the end of the message.
    /// After a fault nothing more is appended: only the true end is looked for.
    std::size_t feed(std::string_view octets, std::string& out);

    bool done() const { return state_ == State::done; }
    Fault fault() const { return rules_.fault(); }

private:
    enum class State
    {
        line_start,
        text,
        cr,     // behind a CR that is not part of a dot's line
        dot,    // behind a dot that began a line
        dot_cr, // behind a dot that began a line, and a CR
        done
    };

    void step(char c, std::string& out);

    TextRules rules_;
    State state_ = State::line_start; // "DATA" CRLF came before: a dot may come at once
};

} // namespace pillarbox::smtp

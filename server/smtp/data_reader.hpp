#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// Undoes dot-stuffing and finds the end of DATA, RFC 5321 §4.5.2. Only
/// CRLF.CRLF ends the message and only CRLF ends a line: a bare CR, a bare LF
/// or a NUL makes the message unacceptable (RFC 5321 §2.3.8), and nothing
/// behind a false end is ever taken for a command. No I/O; octets may arrive
/// cut anywhere.
class DataReader
{
public:
    /// What becomes of a bare LF. A submission agent may mend what a user's
    /// program got wrong (RFC 6409 §8): `mended` makes CRLF of it. It still
    /// begins no line here, so a dot behind it is text and ends nothing.
    enum class BareLineFeed
    {
        refused,
        mended
    };

    explicit DataReader(BareLineFeed bare_line_feed = BareLineFeed::refused) : bare_line_feed_(bare_line_feed)
    {}

    enum class Fault
    {
        none,
        bare_line_end,
        nul_octet,
        line_too_long
    };

    static constexpr std::size_t longest_line = std::size_t{1024} * 1024; // octets without CRLF

    /// Takes what it can of `octets` and appends the message's part of it to
    /// `out`. Returns how many were used; stops behind the end of the message.
    /// After a fault nothing more is appended: only the true end is looked for.
    std::size_t feed(std::string_view octets, std::string& out);

    bool done() const { return state_ == State::done; }
    Fault fault() const { return fault_; }

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
    std::size_t take_text(std::string_view octets, std::string& out);
    void add(std::string_view octets, std::string& out);
    void flag(Fault fault);
    void bare_line_feed(std::string& out);

    BareLineFeed bare_line_feed_;
    State state_ = State::line_start; // "DATA" CRLF came before: a dot may come at once
    Fault fault_ = Fault::none;
    std::size_t line_ = 0; // octets of the line so far
};

} // namespace pillarbox::smtp

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// What a message's text may hold, however it is sent: lines that end in CRLF
/// (RFC 5321 §2.3.8), none longer than 1 MiB, no NUL. A reader of DATA or BDAT
/// finds the line ends and hands all octets through here; after a fault
/// nothing is passed on.
class TextRules
{
public:
    /// What becomes of a bare LF. A submission agent may mend what a user's
    /// program got wrong (RFC 6409 §8): `mended` makes CRLF of it.
    enum class BareLineFeed
    {
        refused,
        mended
    };

    enum class Fault
    {
        none,
        bare_line_end,
        nul_octet,
        line_too_long
    };

    static constexpr std::size_t longest_line = std::size_t{1024} * 1024; // octets without CRLF

    explicit TextRules(BareLineFeed bare_line_feed) : bare_line_feed_(bare_line_feed) {}

    /// How many octets at the front need no thought: up to CR, LF or NUL.
    static std::size_t plain(std::string_view octets);

    /// Octets that plain() found.
    void text(std::string_view octets, std::string& out);
    /// CRLF.
    void line_end(std::string& out);
    /// An octet that plain() stopped at and that is no part of CRLF.
    void bare(char octet, std::string& out);

    /// Whether a line has begun and not ended.
    bool inside_line() const { return line_ > 0; }
    Fault fault() const { return fault_; }

private:
    void flag(Fault fault);

    BareLineFeed bare_line_feed_;
    Fault fault_ = Fault::none;
    std::size_t line_ = 0; // octets of the line so far
};

} // namespace pillarbox::smtp

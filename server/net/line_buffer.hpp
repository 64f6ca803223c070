#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace pillarbox::net {

/// One command line without its line end. `fault` is set when the line must
/// be refused rather than parsed; the connection stays usable.
struct Line
{
    enum class Fault
    {
        none,
        too_long, // its octets are gone, `text` is empty
        bare_lf,  // ended in LF alone; SMTP and POP3 lines end in CRLF (RFC 5321 §2.3.8, RFC 1939 §3)
        nul_octet
    };

    std::string_view text; // valid until the next read; may hold a bare CR, which no command allows
    Fault fault = Fault::none;
};

/// Octets to lines, in memory that is lent to it: pure. Octets go into
/// room(), filled() says how many, take_line() takes them out in order, or
/// unread() and consume() do so for what is not made of lines. Nothing is ever
/// cut short: a line above the limit is dropped whole and reported once.
class LineBuffer
{
public:
    /// A line may have `limit` octets with its line end. One that has been
    /// dropped for more than `longest_refused` octets is overrun().
    LineBuffer(std::size_t limit, std::size_t longest_refused)
        : limit_(limit), longest_refused_(longest_refused)
    {}

    /// Hands over memory, or with an empty span takes it away. Only while
    /// nothing is unread. A limit above the memory's size is lowered to it.
    void lend(std::span<char> memory);

    /// Where the next octets go; moves what is unread to the front, so views
    /// given out before end here. Empty when the memory is full.
    std::span<char> room();
    void filled(std::size_t octets) { end_ += octets; }

    std::string_view unread() const { return {memory_.data() + begin_, end_ - begin_}; }
    bool empty() const { return begin_ == end_; }
    void consume(std::size_t octets);

    /// The next line, if all of it is here; its text lies in the memory.
    std::optional<Line> take_line();

    /// Whether the beginning of a line was dropped and its end not yet seen.
    bool inside_dropped_line() const { return dropped_ > 0; }

    /// Whether a line without an end went on for too long. take_line() has
    /// then said too_long, and nothing further will come of it.
    bool overrun() const { return overrun_; }

    /// For the lines not yet taken.
    void set_limit(std::size_t octets) { limit_ = octets; }

private:
    std::optional<Line> drop_to_end();

    std::span<char> memory_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0; // of what is unread, already searched for LF
    std::size_t limit_;
    std::size_t longest_refused_;
    std::size_t dropped_ = 0; // octets of the line being dropped
    bool overrun_ = false;
};

} // namespace pillarbox::net

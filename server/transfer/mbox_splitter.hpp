#pragma once

#include "server/transfer/from_line.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Of '>' before a `From `, at most: a line that has more is text.
inline constexpr std::size_t most_quotes = 1000;

/// Takes an mbox apart, in bounded memory however long its lines are. A message
/// begins with a From_ line that stands at the beginning or behind an empty
/// line, and that has a date; any other line that begins so is text. The empty
/// line before it is the format's and not the message's. Of lines quoted as
/// `>From `, `>>From ` and so on, one `>` is taken off. Lengths that a header
/// may claim are not believed.
class MboxSplitter
{
public:
    enum class Kind
    {
        more,  // feed() it, or finish()
        begin, // a message; `from` and `offset` are its
        text,  // a piece of it, until the next call
        end,   // of the message
        done,  // the file was finished, and all of it has been told
        no_mbox
    };

    struct Event
    {
        Kind kind = Kind::more;
        FromLine from = {};
        std::uint64_t offset = 0; // of the From_ line, or of what is no mbox, in the file
        std::string_view text = {};
    };

    /// The next octets of the file; only after `more`.
    void feed(std::string_view octets);

    /// There are no more.
    void finish() { finished_ = true; }

    /// What comes next.
    Event next();

private:
    /// What is at the beginning of a line.
    enum class Look
    {
        text,
        quoted,    // a From_ line with a quote that is to go
        separator, // an empty line, and behind it a From_ line or the end
        unknown    // until more octets are here
    };

    Event begin_message();
    Event go_on();
    Event tell(std::size_t end, bool line_start);
    Look look(std::size_t at) const;
    Look look_behind_empty_line(std::size_t at) const;
    std::size_t empty_line(std::size_t at) const;
    std::string_view line(std::size_t at) const;
    bool is_whole(std::size_t at) const;

    std::string octets_;
    std::size_t position_ = 0;
    std::uint64_t passed_ = 0; // octets of the file before octets_
    bool finished_ = false;
    bool in_message_ = false;
    bool line_start_ = true; // at position_
};

} // namespace pillarbox::transfer

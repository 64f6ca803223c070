#include "server/net/line_buffer.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace pillarbox::net {

void LineBuffer::lend(std::span<char> memory)
{
    assert(empty());
    memory_ = memory;
    begin_ = end_ = scanned_ = 0;
}

std::span<char> LineBuffer::room()
{
    if (begin_ > 0) {
        std::memmove(memory_.data(), memory_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return memory_.subspan(end_);
}

void LineBuffer::consume(std::size_t octets)
{
    assert(octets <= end_ - begin_);
    begin_ += octets;
    scanned_ = 0;
}

std::optional<Line> LineBuffer::take_line()
{
    if (overrun_) return std::nullopt;
    if (dropped_ > 0) return drop_to_end();

    const std::string_view octets = unread();
    const std::size_t limit = std::min(limit_, memory_.size());
    const std::size_t lf = octets.find('\n', scanned_);
    if (lf == std::string_view::npos) {
        scanned_ = octets.size();
        // With `limit` octets and no end yet, the line is longer than allowed.
        if (octets.size() < limit || octets.empty()) return std::nullopt;
        return drop_to_end();
    }
    if (lf + 1 > limit) return drop_to_end();
    consume(lf + 1);

    const bool crlf = lf > 0 && octets[lf - 1] == '\r';
    const std::string_view text = octets.substr(0, crlf ? lf - 1 : lf);
    if (text.find('\0') != std::string_view::npos) return Line{text, Line::Fault::nul_octet};
    // The line ends here all the same: a client that knows no CR gets an
    // answer instead of silence.
    return Line{text, crlf ? Line::Fault::none : Line::Fault::bare_lf};
}

std::optional<Line> LineBuffer::drop_to_end()
{
    const std::string_view octets = unread();
    const std::size_t lf = octets.find('\n');
    const bool ended = lf != std::string_view::npos;
    const std::size_t part = ended ? lf + 1 : octets.size();
    dropped_ += part;
    consume(part);
    overrun_ = dropped_ > longest_refused_;
    if (!ended && !overrun_) return std::nullopt;
    dropped_ = 0;
    return Line{{}, Line::Fault::too_long};
}

} // namespace pillarbox::net

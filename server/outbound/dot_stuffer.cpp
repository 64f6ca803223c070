#include "server/outbound/dot_stuffer.hpp"

namespace pillarbox::outbound {

std::string_view DotStuffer::feed(std::string_view piece)
{
    if (piece.empty()) return piece;
    stuffed_.clear();
    std::size_t copied = 0;
    const auto double_dot = [&](std::size_t at) {
        stuffed_ += piece.substr(copied, at - copied);
        stuffed_ += '.';
        copied = at;
    };
    if (at_line_start_ && piece.front() == '.') double_dot(0);
    if (after_cr_ && piece.starts_with("\n.")) double_dot(1);
    for (auto at = piece.find("\r\n."); at != std::string_view::npos; at = piece.find("\r\n.", at + 2))
        double_dot(at + 2);

    at_line_start_ = piece.ends_with("\r\n") || (after_cr_ && piece == "\n");
    after_cr_ = piece.back() == '\r';
    if (copied == 0 && stuffed_.empty()) return piece;
    stuffed_ += piece.substr(copied);
    return stuffed_;
}

} // namespace pillarbox::outbound

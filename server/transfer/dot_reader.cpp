#include "server/transfer/dot_reader.hpp"

#include <algorithm>

namespace pillarbox::transfer {

std::size_t DotReader::feed(std::string_view octets, std::string& out)
{
    std::size_t at = 0;
    while (at < octets.size() && state_ != State::done) {
        const char c = octets[at];
        switch (state_) {
        case State::line_start:
            state_ = c == '.' ? State::dot : State::text;
            at += c == '.';
            break;
        case State::text: {
            const auto end = std::min(octets.find('\r', at), octets.size() - 1) + 1;
            out += octets.substr(at, end - at);
            if (out.back() == '\r') state_ = State::cr;
            at = end;
            break;
        }
        case State::cr:
            if (c == '\n') out += c;
            state_ = c == '\n' ? State::line_start : State::text;
            at += c == '\n';
            break;
        case State::dot:
            state_ = c == '\r' ? State::dot_cr : State::text;
            at += c == '\r';
            break;
        case State::dot_cr:
            if (c != '\n') out += '\r'; // the dot was in front of a line that begins with CR
            state_ = c == '\n' ? State::done : State::text;
            at += c == '\n';
            break;
        case State::done:
            break;
        }
    }
    return at;
}

} // namespace pillarbox::transfer

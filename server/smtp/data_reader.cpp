#include "server/smtp/data_reader.hpp"

namespace pillarbox::smtp {

std::size_t DataReader::feed(std::string_view octets, std::string& out)
{
    std::size_t used = 0;
    while (used < octets.size() && state_ != State::done) {
        if (state_ == State::text) {
            const std::string_view rest = octets.substr(used);
            const std::size_t plain = TextRules::plain(rest);
            rules_.text(rest.substr(0, plain), out);
            used += plain;
            if (used == octets.size()) break;
        }
        step(octets[used], out);
        ++used;
    }
    return used;
}

void DataReader::step(char c, std::string& out)
{
    switch (state_) {
    case State::line_start:
        if (c == '.') {
            state_ = State::dot; // stuffed, or the end: not part of the message either way
            return;
        }
        break;
    case State::dot:
        if (c == '\r') {
            state_ = State::dot_cr;
            return;
        }
        break;
    case State::dot_cr:
        if (c == '\n') {
            state_ = State::done;
            return;
        }
        rules_.bare('\r', out);
        break;
    case State::cr:
        if (c == '\n') {
            rules_.line_end(out);
            state_ = State::line_start;
            return;
        }
        rules_.bare('\r', out);
        break;
    case State::text:
    case State::done:
        break;
    }

    // From here on the octet is part of a line's text, whatever came before: a
    // bare LF does not start a line, so a dot behind it ends nothing.
    state_ = State::text;
    if (c == '\r') {
        state_ = State::cr;
    } else if (c == '\n' || c == '\0') {
        rules_.bare(c, out);
    } else {
        rules_.text({&c, 1}, out);
    }
}

} // namespace pillarbox::smtp

#include "server/smtp/data_reader.hpp"

#include <cstring>

namespace pillarbox::smtp {

std::size_t DataReader::feed(std::string_view octets, std::string& out)
{
    std::size_t used = 0;
    while (used < octets.size() && state_ != State::done) {
        if (state_ == State::text) {
            used += take_text(octets.substr(used), out);
            if (used == octets.size()) break;
        }
        step(octets[used], out);
        ++used;
    }
    return used;
}

/// The run of octets that need no thought: everything up to CR, LF or NUL.
std::size_t DataReader::take_text(std::string_view octets, std::string& out)
{
    // A line's end first, by the library's fast search; the rest should hold none.
    const void* const cr = std::memchr(octets.data(), '\r', octets.size());
    std::size_t end =
        cr ? static_cast<std::size_t>(static_cast<const char*>(cr) - octets.data()) : octets.size();
    for (const char harmful : {'\n', '\0'}) {
        if (const void* const at = std::memchr(octets.data(), harmful, end))
            end = static_cast<std::size_t>(static_cast<const char*>(at) - octets.data());
    }
    add(octets.substr(0, end), out);
    return end;
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
        flag(Fault::bare_line_end);
        break;
    case State::cr:
        if (c == '\n') {
            if (fault_ == Fault::none) out += "\r\n";
            line_ = 0;
            state_ = State::line_start;
            return;
        }
        flag(Fault::bare_line_end);
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
    } else if (c == '\n') {
        bare_line_feed(out);
    } else if (c == '\0') {
        flag(Fault::nul_octet);
    } else {
        add({&c, 1}, out);
    }
}

void DataReader::add(std::string_view octets, std::string& out)
{
    line_ += octets.size();
    if (line_ > longest_line) flag(Fault::line_too_long);
    if (fault_ == Fault::none) out += octets;
}

void DataReader::bare_line_feed(std::string& out)
{
    if (bare_line_feed_ == BareLineFeed::refused)
        flag(Fault::bare_line_end);
    else if (fault_ == Fault::none)
        out += "\r\n";
    line_ = 0;
}

void DataReader::flag(Fault fault)
{
    if (fault_ == Fault::none) fault_ = fault;
}

} // namespace pillarbox::smtp

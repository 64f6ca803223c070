#include "server/transfer/line_ends.hpp"

#include <algorithm>

namespace pillarbox::transfer {

void ToWire::append(std::string_view octets, std::string& out)
{
    constexpr std::size_t most_held = 1000; // beyond, they are no line's end but rubbish
    while (!octets.empty()) {
        const auto stop = std::min(octets.find_first_of("\r\n"), octets.size());
        if (stop > 0) {
            out.append(carriage_returns_, '\r');
            carriage_returns_ = 0;
            out += octets.substr(0, stop);
            in_line_ = true;
            octets.remove_prefix(stop);
            continue;
        }
        if (octets.front() == '\n') {
            out += "\r\n";
            carriage_returns_ = 0;
            in_line_ = false;
        } else if (carriage_returns_ < most_held) {
            ++carriage_returns_;
        } else {
            out += '\r';
            in_line_ = true;
        }
        octets.remove_prefix(1);
    }
}

void ToWire::finish(std::string& out)
{
    if (in_line_ || carriage_returns_ > 0) out += "\r\n";
    carriage_returns_ = 0;
    in_line_ = false;
}

void ToFile::append(std::string_view octets, std::string& out)
{
    while (!octets.empty()) {
        if (carriage_return_ && octets.front() != '\n') out += '\r';
        carriage_return_ = false;
        const auto stop = std::min(octets.find('\r'), octets.size());
        out += octets.substr(0, stop);
        octets.remove_prefix(stop);
        if (octets.empty()) return;
        carriage_return_ = true;
        octets.remove_prefix(1);
    }
}

void ToFile::finish(std::string& out)
{
    if (carriage_return_) out += '\r';
    carriage_return_ = false;
}

} // namespace pillarbox::transfer

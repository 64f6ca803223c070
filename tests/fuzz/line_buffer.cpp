// Octets cut anywhere make the same lines, and none is longer than allowed.
// The first octet chooses how they are cut.

#include "server/net/line_buffer.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using pillarbox::net::Line;
using pillarbox::net::LineBuffer;

constexpr std::size_t limit = 16;
constexpr std::size_t longest_refused = 64;

struct Outcome
{
    std::vector<std::pair<std::string, Line::Fault>> lines;
    bool overrun = false;

    bool operator==(const Outcome&) const = default;
};

void require(bool holds)
{
    if (!holds) std::abort();
}

Outcome read(std::string_view octets, std::size_t piece)
{
    std::array<char, 32> memory;
    LineBuffer buffer(limit, longest_refused);
    buffer.lend(memory);
    Outcome outcome;
    while (!octets.empty() && !buffer.overrun()) {
        const auto room = buffer.room();
        const std::size_t part = std::min({piece, room.size(), octets.size()});
        require(part > 0); // a line that cannot end must not block the buffer
        std::copy_n(octets.begin(), part, room.begin());
        buffer.filled(part);
        octets.remove_prefix(part);
        while (const auto line = buffer.take_line()) {
            require(line->text.size() + 1 <= limit);
            require(line->text.find('\n') == std::string_view::npos);
            require(line->fault != Line::Fault::none || line->text.find('\0') == std::string_view::npos);
            outcome.lines.emplace_back(line->text, line->fault);
        }
    }
    outcome.overrun = buffer.overrun();
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data + 1), size - 1);
    require(read(octets, 32) == read(octets, data[0] % 31 + 1));
    return 0;
}

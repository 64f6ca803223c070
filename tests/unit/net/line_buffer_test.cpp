#include "server/net/line_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::net {
namespace {

using Fault = Line::Fault;
using Lines = std::vector<std::pair<std::string, Fault>>;

/// Feeds `input` in pieces and takes every line as soon as it is there.
Lines lines_of(LineBuffer& buffer, std::string_view input, std::size_t piece)
{
    static std::array<char, 64> memory; // what is unread is looked at afterwards
    buffer.lend(memory);
    Lines lines;
    while (!input.empty() && !buffer.overrun()) {
        const auto room = buffer.room();
        const std::size_t part = std::min({piece, room.size(), input.size()});
        EXPECT_GT(part, 0u) << "no room for more";
        if (part == 0) break;
        std::copy_n(input.begin(), part, room.begin());
        buffer.filled(part);
        input.remove_prefix(part);
        while (const auto line = buffer.take_line())
            lines.emplace_back(line->text, line->fault);
    }
    return lines;
}

struct Case
{
    std::string input;
    Lines lines;
    std::string unread; // at the end
};

using namespace std::string_literals;

// The limit is 10 octets with CRLF; a line may be dropped for 40.
const std::vector<Case> cases = {
    {"", {}, ""},
    {"NOOP", {}, "NOOP"},
    {"NOOP\r\n", {{"NOOP", Fault::none}}, ""},
    {"\r\n", {{"", Fault::none}}, ""},
    {"A\r\nB\r\nC", {{"A", Fault::none}, {"B", Fault::none}}, "C"},
    {"12345678\r\n", {{"12345678", Fault::none}}, ""},
    {"123456789\r\nA\r\n", {{"", Fault::too_long}, {"A", Fault::none}}, ""},
    {"1234567890123456789012345\r\nA\r\n", {{"", Fault::too_long}, {"A", Fault::none}}, ""},
    {"1234567890123456789012345\nA\r\n", {{"", Fault::too_long}, {"A", Fault::none}}, ""},
    {"12345678\r\r\nA\r\n", {{"", Fault::too_long}, {"A", Fault::none}}, ""},
    {"NOOP\nRSET\r\n", {{"NOOP", Fault::bare_lf}, {"RSET", Fault::none}}, ""},
    {"\n\n", {{"", Fault::bare_lf}, {"", Fault::bare_lf}}, ""},
    {"NO\0P\r\nA\r\n"s, {{"NO\0P"s, Fault::nul_octet}, {"A", Fault::none}}, ""},
    {"NO\0P\nA\r\n"s, {{"NO\0P"s, Fault::nul_octet}, {"A", Fault::none}}, ""},
    {"NO\rP\r\n", {{"NO\rP", Fault::none}}, ""},
    {"A\r\r\n", {{"A\r", Fault::none}}, ""},
    {"\r", {}, "\r"},
};

TEST(LineBuffer, MakesTheSameLinesOfOctetsCutAnywhere)
{
    for (const Case& c : cases) {
        for (const std::size_t piece : {64u, 7u, 3u, 2u, 1u}) {
            LineBuffer buffer(10, 40);
            EXPECT_EQ(lines_of(buffer, c.input, piece), c.lines) << c.input << " in pieces of " << piece;
            EXPECT_EQ(buffer.unread(), c.unread) << c.input << " in pieces of " << piece;
            EXPECT_FALSE(buffer.overrun()) << c.input;
        }
    }
}

TEST(LineBuffer, ReportsALineWithoutEndOnceAndStops)
{
    for (const std::size_t piece : {64u, 7u, 3u, 2u, 1u}) {
        for (const std::string& tail : {""s, "\r\nA\r\n"s}) {
            LineBuffer buffer(10, 40);
            const Lines lines = lines_of(buffer, std::string(60, 'x') + tail, piece);
            EXPECT_EQ(lines, Lines({{"", Fault::too_long}})) << piece;
            EXPECT_TRUE(buffer.overrun()) << piece;
        }
    }
}

TEST(LineBuffer, TakesLongerLinesWhenTold)
{
    LineBuffer buffer(10, 60);
    buffer.set_limit(30);
    const std::string line(28, 'a');
    EXPECT_EQ(lines_of(buffer, line + "\r\n" + line + "a\r\n", 5),
              Lines({{line, Fault::none}, {"", Fault::too_long}}));
}

TEST(LineBuffer, NeverAsksForMoreMemoryThanItWasLent)
{
    LineBuffer buffer(1000, 2000); // the memory has 64
    EXPECT_EQ(lines_of(buffer, std::string(62, 'a') + "\r\n", 9),
              Lines({{std::string(62, 'a'), Fault::none}}));
    EXPECT_EQ(lines_of(buffer, std::string(63, 'a') + "\r\n", 9), Lines({{"", Fault::too_long}}));
}

TEST(LineBuffer, GivesWhatIsNotMadeOfLinesAsItIs)
{
    std::array<char, 16> memory{};
    LineBuffer buffer(10, 40);
    buffer.lend(memory);
    const std::string_view octets = "A\r\nbinary\nX\r\n";
    std::copy(octets.begin(), octets.end(), buffer.room().begin());
    buffer.filled(octets.size());
    EXPECT_EQ(buffer.take_line()->text, "A");
    EXPECT_EQ(buffer.unread(), "binary\nX\r\n");
    buffer.consume(7);
    EXPECT_EQ(buffer.room().size(), 16u - 3u);
    EXPECT_EQ(buffer.take_line()->text, "X");
    EXPECT_TRUE(buffer.empty());
}

} // namespace
} // namespace pillarbox::net

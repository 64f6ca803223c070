#include "server/transfer/dot_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::transfer {

namespace {

struct Read
{
    std::string text;
    std::size_t used = 0;
    bool done = false;

    bool operator==(const Read&) const = default;
};

Read read(std::string_view octets, std::size_t piece)
{
    Read outcome;
    DotReader reader;
    while (outcome.used < octets.size() && !reader.done())
        outcome.used += reader.feed(octets.substr(outcome.used, piece), outcome.text);
    outcome.done = reader.done();
    return outcome;
}

TEST(DotReader, TakesDotsOffAndFindsTheEnd)
{
    struct Case
    {
        std::string_view octets;
        Read expected;
    };
    const Case cases[] = {
        {"", {"", 0, false}},
        {".\r\n+OK", {"", 3, true}},
        {"a\r\n.\r\nrest", {"a\r\n", 6, true}},
        {"..\r\n...a\r\n.\r\n", {".\r\n..a\r\n", 13, true}},
        {".a\r\n.\r\n", {"a\r\n", 7, true}}, // a dot that should have been two
        {"a.\r\n.b.\r\n.\r\n", {"a.\r\nb.\r\n", 12, true}},
        {"a\n.\r\nb\r\n.\r\n", {"a\n.\r\nb\r\n", 11, true}}, // LF alone ends no line
        {"a\r.\r\n.\r\n", {"a\r.\r\n", 8, true}},
        {"a\r\r\n.\r\n", {"a\r\r\n", 7, true}},
        {".\rb\r\n.\r\n", {"\rb\r\n", 8, true}},
        {".\r\r\n.\r\n", {"\r\r\n", 7, true}},
        {"a\r\n.\r", {"a\r\n", 5, false}},
        {std::string_view("\0\xff\r\n.\r\n", 7), {std::string("\0\xff\r\n", 4), 7, true}},
    };
    for (const auto& [octets, expected] : cases) {
        for (std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{3}, octets.size() + 1})
            EXPECT_EQ(read(octets, piece), expected) << octets << " by " << piece;
    }
}

} // namespace

} // namespace pillarbox::transfer

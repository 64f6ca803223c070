#include "server/transfer/line_ends.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

namespace {

template <class Filter>
std::string pass(std::string_view text, std::size_t piece)
{
    Filter filter;
    std::string out;
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        filter.append(text.substr(0, piece), out);
    filter.finish(out);
    return out;
}

} // namespace

TEST(ToWire, EndsEveryLineWithCrlf)
{
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"a", "a\r\n"},
        {"a\n", "a\r\n"},
        {"a\r\n", "a\r\n"},
        {"a\r\r\nb\n", "a\r\nb\r\n"},
        {"a\rb\n", "a\rb\r\n"},
        {"a\r", "a\r\n"},
        {"\n\n", "\r\n\r\n"},
        {"a\n\nb", "a\r\n\r\nb\r\n"},
        {std::string("a\0b\n", 4), std::string("a\0b\r\n", 5)},
    };
    for (const auto& [in, out] : cases) {
        for (const std::size_t piece : {1u, 2u, 3u, 100u})
            EXPECT_EQ(pass<ToWire>(in, piece), out) << in << " in pieces of " << piece;
    }
}

TEST(ToWire, HoldsNoMoreThanItMust)
{
    ToWire filter;
    std::string out;
    const std::string many(100'000, '\r');
    filter.append(many, out);
    EXPECT_GE(out.size(), many.size() - 1000);
}

TEST(ToFile, EndsEveryLineWithLf)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},       {"a\r\n", "a\n"}, {"a\n", "a\n"}, {"a\rb\r\n", "a\rb\n"}, {"a\r\r\n", "a\r\n"},
        {"a\r", "a\r"}, {"a", "a"},
    };
    for (const auto& [in, out] : cases) {
        for (const std::size_t piece : {1u, 2u, 100u})
            EXPECT_EQ(pass<ToFile>(in, piece), out) << in << " in pieces of " << piece;
    }
}

} // namespace pillarbox::transfer

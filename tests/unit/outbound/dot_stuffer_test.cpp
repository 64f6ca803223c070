#include "server/outbound/dot_stuffer.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

std::string stuffed(std::string_view message, std::size_t step)
{
    DotStuffer stuffer;
    std::string all;
    for (std::size_t at = 0; at < message.size(); at += step)
        all += stuffer.feed(message.substr(at, step));
    all += stuffer.feed("");
    all += stuffer.finish();
    return all;
}

TEST(DotStuffer, DoublesDotsThatBeginALine)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ".\r\n"},
        {"a\r\n", "a\r\n.\r\n"},
        {"a", "a\r\n.\r\n"},
        {".\r\n", "..\r\n.\r\n"},
        {"..a\r\n.b\r\n\r\n.\r\n", "...a\r\n..b\r\n\r\n..\r\n.\r\n"},
        {"a.b\r\n\n.c\r\n", "a.b\r\n\n.c\r\n.\r\n"},
        {"a\r.b\r\n", "a\r.b\r\n.\r\n"},
        {"\r\n.\r\n.\r\n..", "\r\n..\r\n..\r\n...\r\n.\r\n"},
    };
    for (const auto& [message, expected] : cases)
        for (std::size_t step : {1u, 2u, 3u, 7u, 100u})
            EXPECT_EQ(stuffed(message, step), expected) << message << " by " << step;
}

} // namespace
} // namespace pillarbox::outbound

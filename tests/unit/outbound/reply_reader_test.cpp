#include "server/outbound/reply_reader.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

/// What is read of the octets, fed in pieces of `step`.
std::string read(std::string_view octets, std::size_t step)
{
    ReplyReader reader;
    std::string all;
    while (!octets.empty() && reader.fault().empty()) {
        const auto used = reader.feed(octets.substr(0, step));
        octets.remove_prefix(used);
        if (auto reply = reader.take()) {
            all += "[" + std::to_string(reply->code);
            for (const auto& line : reply->lines)
                all += "|" + line;
            all += "]";
        }
    }
    if (reader.inside()) all += "...";
    if (!reader.fault().empty()) all = "fault: " + std::string(reader.fault());
    return all;
}

TEST(ReplyReader, ReadsRepliesCutAnywhere)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"220 hello\r\n", "[220|hello]"},
        {"250\r\n", "[250|]"},
        {"250 \r\n", "[250|]"},
        {"250-a\r\n250-\r\n250 c\r\n354 go\r\n", "[250|a||c][354|go]"},
        {"250 ok\n421 4.3.2 bye\n", "[250|ok][421|4.3.2 bye]"},
        {"250-a\r\n25", "..."},
        {"250-a\r\n550 c\r\n", "fault: a reply with two codes"},
        {"HTTP/1.1 200\r\n", "fault: what is no reply of SMTP"},
        {"\r\n", "fault: what is no reply of SMTP"},
        {"25\r\n", "fault: what is no reply of SMTP"},
        {"2500 x\r\n", "fault: what is no reply of SMTP"},
        {"199 x\r\n", "fault: what is no reply of SMTP"},
        {"600 x\r\n", "fault: what is no reply of SMTP"},
    };
    for (const auto& [octets, expected] : cases)
        for (std::size_t step : {1u, 2u, 3u, 7u, 1000u})
            EXPECT_EQ(read(octets, step), expected) << octets << " by " << step;
}

TEST(ReplyReader, HasLimits)
{
    EXPECT_EQ(read("250 " + std::string(1'000'000, 'a'), 1000), "fault: a reply that is too long");
    std::string lines;
    for (int i = 0; i < 201; ++i)
        lines += "250-x\r\n";
    EXPECT_EQ(read(lines, 10), "fault: a reply with too many lines");
    lines.clear();
    for (int i = 0; i < 100; ++i)
        lines += "250-" + std::string(1000, 'a') + "\r\n";
    EXPECT_EQ(read(lines, 1000), "fault: a reply that is too long");
    EXPECT_EQ(read("250 " + std::string(2000, 'a') + "\r\n", 100).size(), 2006u);
}

TEST(ServerReply, TellsItsStatus)
{
    EXPECT_EQ((ServerReply{550, {"5.1.1 no such user"}}.status()), "5.1.1");
    EXPECT_EQ((ServerReply{550, {"no such user"}}.status()), "5.0.0");
    EXPECT_EQ((ServerReply{450, {"5.1.1 not the code's class"}}.status()), "4.0.0");
    EXPECT_EQ((ServerReply{550, {"5.1.1.1 x"}}.status()), "5.0.0");
    EXPECT_EQ((ServerReply{550, {"5.1.x x"}}.status()), "5.0.0");
    EXPECT_EQ((ServerReply{550, {"5.1234.1 x"}}.status()), "5.0.0");
    EXPECT_EQ((ServerReply{250, {}}.status()), "2.0.0");
}

TEST(ServerReply, IsShownInOneLine)
{
    EXPECT_EQ((ServerReply{550, {"5.1.1 no", "5.1.1 such\x1b[31m user\xff"}}.words()),
              "550 5.1.1 no 5.1.1 such[31m user\xEF\xBF\xBD");
    EXPECT_LE((ServerReply{550, {std::string(5000, 'a')}}.words()).size(), 410u);
}

} // namespace
} // namespace pillarbox::outbound

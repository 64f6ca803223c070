#include "server/smtp/reply.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pillarbox::smtp {
namespace {

TEST(Reply, HasCodeStatusAndText)
{
    EXPECT_EQ(format(Reply{}), "250 2.0.0 ok\r\n");
    EXPECT_EQ(format({550, "5.1.1", "no such user"}), "550 5.1.1 no such user\r\n");
}

TEST(Reply, HasNoStatusInTheGreeting)
{
    EXPECT_EQ(format({220, "", "mx.example.org ESMTP"}), "220 mx.example.org ESMTP\r\n");
}

TEST(Reply, NeverCarriesALineEndOrAControlCharacter)
{
    EXPECT_EQ(format({550, "5.1.1", "a\r\n250 b\x7f\xc3"}), "550 5.1.1 a??250 b??\r\n");
}

TEST(Reply, StaysWithin512Octets)
{
    const std::string text(2000, 'x');
    const std::string line = format({550, "5.1.1", text});
    EXPECT_EQ(line.size(), 512u);
    EXPECT_TRUE(line.ends_with("x\r\n"));
}

TEST(Reply, OfSeveralLinesMarksAllButTheLast)
{
    const std::array<std::string, 3> lines{"mx.example.org", "SIZE 100", "PIPELINING"};
    EXPECT_EQ(format_lines(250, "", lines), "250-mx.example.org\r\n250-SIZE 100\r\n250 PIPELINING\r\n");
    EXPECT_EQ(format_lines(214, "2.0.0", std::array<std::string, 2>{"a", "b"}),
              "214-2.0.0 a\r\n214 2.0.0 b\r\n");
}

TEST(Reply, KnowsWhichOnesAreTheClientsMistake)
{
    for (const int code : {500, 501, 502, 503, 504, 555}) {
        EXPECT_TRUE(is_misuse({static_cast<std::uint16_t>(code), "5.5.1", ""})) << code;
    }
    for (const int code : {250, 421, 452, 530, 535, 550, 552, 553, 554}) {
        EXPECT_FALSE(is_misuse({static_cast<std::uint16_t>(code), "5.5.1", ""})) << code;
    }
}

} // namespace
} // namespace pillarbox::smtp

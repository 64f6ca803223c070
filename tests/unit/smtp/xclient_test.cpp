#include "server/smtp/xclient.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::smtp {
namespace {

TEST(ParseXclient, TakesWhatItAnnounces)
{
    const auto all =
        parse_xclient("NAME=client.example  ADDR=IPV6:2001:db8::7 PORT=25 PROTO=smtp "
                      "helo=a+2Bb.example LOGIN=alice@example.test DESTADDR=192.0.2.1 DESTPORT=587");
    ASSERT_TRUE(all);
    EXPECT_EQ(all->address, "2001:db8::7");
    EXPECT_EQ(all->helo, "a+b.example");
    EXPECT_EQ(all->login, "alice@example.test");
    EXPECT_FALSE(all->extended);
}

TEST(ParseXclient, TellsUnknownFromNotSaid)
{
    const auto some = parse_xclient("ADDR=[UNAVAILABLE] HELO=[tempunavail]");
    ASSERT_TRUE(some);
    EXPECT_EQ(some->address, "");
    EXPECT_EQ(some->helo, "");
    EXPECT_FALSE(some->login);
    EXPECT_TRUE(some->extended);
}

TEST(ParseXclient, RefusesTheRest)
{
    for (const std::string text :
         {"", " ", "ADDR", "ADDR=", "=x", "ADDR=localhost", "ADDR=IPV6:", "ADDR=192.0.2.7/24", "PORT=-1",
          "PORT=x", "PROTO=HTTP", "HELO=+", "HELO=+2", "HELO=a+00b", "HELO=a+20b", "X=1"}) {
        const auto parsed = parse_xclient(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, 501) << text;
    }
}

} // namespace
} // namespace pillarbox::smtp

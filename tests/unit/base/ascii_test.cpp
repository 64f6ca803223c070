#include "server/base/ascii.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace pillarbox::ascii {

TEST(Ascii, ComparesWithoutCase)
{
    EXPECT_TRUE(equal("MaIl", "mAiL"));
    EXPECT_FALSE(equal("mail", "mails"));
    EXPECT_FALSE(equal("[", "{")); // 0x5b and 0x7b differ by the case bit, and are no letters
    EXPECT_TRUE(starts_with("FROM:<a>", "from:"));
    EXPECT_FALSE(starts_with("FRO", "from:"));
}

TEST(Ascii, TakesPiecesUntilTheEnd)
{
    std::string_view rest = "a,,b";
    EXPECT_EQ(take_until(rest, ','), "a");
    EXPECT_EQ(take_until(rest, ','), "");
    EXPECT_EQ(take_until(rest, ','), "b");
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(take_until(rest, ','), "");
}

TEST(Ascii, ReadsNumbersStrictly)
{
    EXPECT_EQ(parse_number<std::uint32_t>("0042"), 42u);
    EXPECT_EQ(parse_number<std::uint32_t>("4294967295"), 4294967295u);
    for (const char* text : {"", " 1", "1 ", "+1", "-1", "1x", "4294967296", "99999999999999999999"})
        EXPECT_FALSE(parse_number<std::uint32_t>(text)) << text;
}

TEST(Ascii, Trims)
{
    EXPECT_EQ(trim(" \ta b\t "), "a b");
    EXPECT_EQ(trim(" \t"), "");
}

} // namespace pillarbox::ascii

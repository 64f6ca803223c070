#include "server/base/xtext.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pillarbox {
namespace {

TEST(DecodeXtext, UndoesWhatIsEncoded)
{
    EXPECT_EQ(decode_xtext(""), "");
    EXPECT_EQ(decode_xtext("alice@example.test"), "alice@example.test");
    EXPECT_EQ(decode_xtext("a+2Bb+3Dc"), "a+b=c");
    EXPECT_EQ(decode_xtext("two+20words"), "two words");
    EXPECT_EQ(decode_xtext("+0D+0A"), "\r\n");
}

TEST(DecodeXtext, RefusesWhatIsNone)
{
    for (const std::string_view text : {"a b", "a=b", "+", "a+2", "a+2b", "a+zz", "+2", "gr\xc3\xbc", "\x7f"})
        EXPECT_FALSE(decode_xtext(text)) << text;
}

TEST(Utf8AddrXtext, IsToldFromWhatIsNot)
{
    for (const std::string_view text :
         {"alice@example.test", "gr\\x{FC}n@example.test", "\\x{1F600}@x", "\\x{10FFFF}", "a\\x{2B}b",
          "a\\x{5C}b", "\\x{20}", "\\x{7F}", "\\x{D7FF}"}) {
        EXPECT_TRUE(is_utf8_addr_xtext(text)) << text;
    }
    for (const std::string_view text :
         {"",          "a+b",         "a=b",          "a b",     "gr\xc3\xbcn", "\\",       "\\x",
          "\\x{",      "\\x{}",       "\\x{FC",       "\\x{fc}", "\\x{F}",      "\\x{0FC}", "\\x{41}",
          "\\x{D800}", "\\x{110000}", "\\x{1000000}", "\\x{00}", "\\u{FC}",     "\\x{F C}"}) {
        EXPECT_FALSE(is_utf8_addr_xtext(text)) << text;
    }
}

TEST(Utf8AddrXtext, HoldsAnyAddress)
{
    EXPECT_EQ(utf8_addr_xtext("alice@example.test"), "alice@example.test");
    EXPECT_EQ(utf8_addr_xtext("gr\xc3\xbcn@example.test"), "gr\\x{FC}n@example.test");
    EXPECT_EQ(utf8_addr_xtext("\xe6\x97\xa5\xf0\x9f\x98\x80@x"), "\\x{65E5}\\x{1F600}@x");
    EXPECT_EQ(utf8_addr_xtext("a+b=c\\d e\n"), "a\\x{2B}b\\x{3D}c\\x{5C}d\\x{20}e\\x{0A}");
    EXPECT_EQ(utf8_addr_unitext("gr\xc3\xbcn+a@x"), "gr\xc3\xbcn\\x{2B}a@x");
    for (const std::string_view address : {"gr\xc3\xbcn@x", "a+b=c\\d e\n", "\xf0\x9f\x98\x80", "\x7f"})
        EXPECT_TRUE(is_utf8_addr_xtext(utf8_addr_xtext(address))) << address;
}

} // namespace
} // namespace pillarbox

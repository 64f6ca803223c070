#include "server/mime/characters.hpp"
#include "server/mime/charset.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

TEST(Charset, ConvertsToUtf8)
{
    struct Case
    {
        std::string_view charset;
        std::string_view text;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        {"utf-8", "caf\xC3\xA9", "café"},
        {"UTF8", "a\xFFz", "a\uFFFDz"},
        {"utf-8", "\xE2\x82", "\uFFFD"},
        {"utf-8", "\xC0\x80", "\uFFFD\uFFFD"},
        {"utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
        {"us-ascii", "plain", "plain"},
        {"us-ascii", "caf\xC3\xA9", "café"},
        {"us-ascii", "caf\xE9", "café"},
        {"", "\x93quoted\x94", "“quoted”"},
        {"iso-8859-1", "caf\xE9 \x80", "café €"},
        {"Windows-1252", "\x81", "\uFFFD"},
        {"iso-8859-15", "\xA4", "€"},
        {"ISO-8859-2", "\xB1", "ą"},
        {"windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2", "Привет"},
        {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
        {"gb2312", "\xC4\xE3\xBA\xC3", "你好"},
        {"gbk", "\xC4\xE3\xBA", "你\uFFFD"},
        {"big5", "\xA7\x41\xA6\x6E", "你好"},
        {"shift_jis", "\x93\xFA\x96\x7B", "日本"},
        {"euc-jp", "\xC6\xFC\xCB\xDC", "日本"},
        {"iso-2022-jp", "\x1B$BF|K\\\x1B(B", "日本"},
        {"euc-kr", "\xC7\xD1", "한"},
        {"ks_c_5601-1987", "\xC7\xD1", "한"},
        {"utf-16le", "a\0b\0"sv, "ab"},
        {"utf-16le", "\0\xD8"sv, "\uFFFD"},
        {"utf-16be", "\0a\0"sv, "a\uFFFD"},
        {"utf-7", "Hi+ACE-", "Hi!"},
        {"iso-8859-8-i", "\xE0", "א"},
        {"x-none", "caf\xE9", "café"},
        {"/etc/passwd", "a", "a"},
        {"UTF-8//TRANSLIT", "a", "a"},
    };
    for (const Case& one : cases)
        EXPECT_EQ(to_utf8(one.text, one.charset), one.expected) << one.charset << ": " << one.text;
}

TEST(Charset, EveryNameHasItsConverter)
{
    // Were one missing here, "A" in that charset would be guessed, and kanji not.
    for (const std::string_view name :
         {"big5"sv, "cp866"sv, "iso-2022-kr"sv, "iso-8859-16"sv, "macintosh"sv, "tis-620"sv, "viscii"sv,
          "windows-1258"sv, "windows-874"sv, "utf-32"sv, "koi8-u"sv}) {
        EXPECT_TRUE(is_known_charset(name)) << name;
    }
    EXPECT_FALSE(is_known_charset("iso-2022-cn"));
    EXPECT_FALSE(is_known_charset("utf-8//ignore"));
}

TEST(Charset, GivesUtf8WhateverComes)
{
    std::string every;
    for (int i = 0; i < 256; ++i)
        every += static_cast<char>(i);
    every += std::string{every.rbegin(), every.rend()};
    for (const std::string_view name :
         {"utf-8"sv, "us-ascii"sv, "windows-1252"sv, "gb18030"sv, "big5"sv, "shift_jis"sv, "iso-2022-jp"sv,
          "iso-2022-kr"sv, "euc-kr"sv, "utf-7"sv, "utf-16"sv, "utf-32"sv, ""sv}) {
        EXPECT_TRUE(is_utf8(to_utf8(every, name))) << name;
    }
    EXPECT_TRUE(is_utf8(to_utf8(std::string(2U << 20U, '\xFF'), "gb18030")));
}

TEST(Characters, OneLineIsFitToBeShown)
{
    struct Case
    {
        std::string_view text;
        std::size_t most;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        {"  a \r\n\t b  ", 10, "a b"},
        {"a\0b\x1B[1mc\x7F"sv, 10, "ab[1mc"},
        {"\u202Eexe.txt\u202C \u200Fx\u2066", 20, "exe.txt x"},
        {"abcdef", 3, "abc"},
        {"ab cd", 3, "ab"},
        {"ab cd", 4, "ab c"},
        {"äöü€", 3, "äöü"},
        {"a\u00A0\u3000b\u2028c", 10, "a b c"},
        {"a\u200B\u034F\u200B b", 10, "a b"},
        {"a\xFFz", 10, "a\uFFFDz"},
        {"\u0085x\u009F", 10, "x"},
        {"x", 0, ""},
    };
    for (const Case& one : cases)
        EXPECT_EQ(one_line(one.text, one.most), one.expected) << one.text;
}

} // namespace
} // namespace pillarbox::mime

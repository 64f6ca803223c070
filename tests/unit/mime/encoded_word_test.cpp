#include "server/mime/characters.hpp"
#include "server/mime/encoded_word.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

TEST(EncodedWord, DecodesText)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", ""},
        {"plain text", "plain text"},
        {"=?utf-8?Q?caf=C3=A9?=", "café"},
        {"=?UTF-8?B?Y2Fmw6k=?=", "café"},
        {"=?iso-8859-1?q?caf=e9?=", "café"},
        {"=?iso-8859-1*fr?Q?caf=E9_noir?=", "café noir"},
        // RFC 2047 §8
        {"(=?ISO-8859-1?Q?a?=)", "(a)"},
        {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
        {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
        {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
        {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
        // split inside a character; and of two encodings
        {"=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "é"},
        {"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"},
        {"=?utf-8?Q?=E2=82?=\r\n =?UTF-8?B?rA==?=", "€"},
        {"=?gb2312?B?xOM=?= =?GB2312?B?usM=?=", "你好"},
        {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"},
        // glued to text, in quotes, with spaces inside, too long
        {"a=?utf-8?Q?b?=c", "abc"},
        {"\"=?utf-8?Q?b?=\"", "\"b\""},
        {"=?utf-8?Q?a b?=", "a b"},
        {"x =?utf-8?Q?a?= y", "x a y"},
        // not encoded words
        {"=?utf-8?Q?", "=?utf-8?Q?"},
        {"=?utf-8?Q?a?", "=?utf-8?Q?a?"},
        {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
        {"=??Q?a?=", "=??Q?a?="},
        {"=?utf-8?Q", "=?utf-8?Q"},
        {"=?", "=?"},
        {"=?=?utf-8?Q?a?=", "=?a"},
        {"=?utf-8?Q?=zz?=", "=zz"},
        {"=?utf-8?B?!!!?=", ""},
        // unknown charset, raw octets
        {"=?x-unknown?Q?caf=C3=A9?=", "café"},
        {"caf\xC3\xA9", "café"},
        {"caf\xE9", "café"},
        {"a\r\n b", "a b"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(decode_text(text), expected) << text;
}

TEST(EncodedWord, DecodesOnlySoMany)
{
    std::string text;
    for (std::size_t i = 0; i < most_encoded_words + 10; ++i)
        text += "=?utf-8?Q?a?= ";
    const std::string decoded = decode_text(text);
    EXPECT_EQ(decoded.substr(0, most_encoded_words), std::string(most_encoded_words, 'a'));
    EXPECT_NE(decoded.find("=?utf-8?Q?a?="), std::string::npos);
}

std::string shown(const std::vector<Parameter>& parameters)
{
    std::string out;
    for (const Parameter& parameter : parameters)
        out += "[" + parameter.name + "|" + parameter.value + "]";
    return out;
}

TEST(EncodedWord, JoinsParameters)
{
    using Raw = std::vector<std::pair<std::string, std::string>>;
    const std::vector<std::pair<Raw, std::string_view>> cases{
        {{}, ""},
        {{{"Name", "x"}}, "[name|x]"},
        // RFC 2231 §3, §4, §4.1
        {{{"URL*0", "ftp://"}, {"URL*1", "cs.utk.edu"}}, "[url|ftp://cs.utk.edu]"},
        {{{"title*", "us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"}}, "[title|This is ***fun***]"},
        {{{"title*0*", "us-ascii'en'This%20is%20even%20more%20"},
          {"title*1*", "%2A%2A%2Afun%2A%2A%2A%20"},
          {"title*2", "isn't it!"}},
         "[title|This is even more ***fun*** isn't it!]"},
        // out of order, a character split over two, charset kept for all
        {{{"f*1*", "%A9.txt"}, {"f*0*", "utf-8''caf%C3"}}, "[f|café.txt]"},
        {{{"f*0*", "iso-8859-1''caf%E9"}, {"f*1", " 1"}}, "[f|café 1]"},
        // a gap ends it; without a beginning it is nothing; said twice
        {{{"f*0", "a"}, {"f*2", "c"}}, "[f|a]"},
        {{{"f*1", "b"}}, ""},
        {{{"f*0", "a"}, {"f*0", "x"}, {"f*1", "b"}}, "[f|ab]"},
        // both kinds
        {{{"f", "fallback"}, {"f*", "UTF-8''r%C3%A9al"}}, "[f|réal]"},
        {{{"f", "fallback"}, {"f*1", "b"}}, "[f|fallback]"},
        // broken
        {{{"f*", "no quotes %41"}}, "[f|no quotes A]"},
        {{{"f*", "utf-8'only one"}}, "[f|utf-8'only one]"},
        {{{"f*", "utf-8''%"}}, "[f|%]"},
        {{{"f*x", "a"}}, "[f*x|a]"},
        {{{"f*99999", "a"}}, "[f*99999|a]"},
        {{{"f**", "a"}}, "[f**|a]"},
    };
    for (const auto& [raw, expected] : cases) {
        EXPECT_EQ(shown(join_parameters(raw)), expected)
            << (raw.empty() ? "" : raw.front().first + "=" + raw.front().second);
    }
}

TEST(EncodedWord, FinishesHostileInput)
{
    for (const std::string_view unit : {"=?"sv, "=?a"sv, "=?utf-8?Q?"sv, "=?utf-8?Q?a?= "sv, "=?utf-8?B?"sv,
                                        "?="sv, "=?a?q"sv, " "sv, "\xFF"sv}) {
        std::string text;
        while (text.size() < (2U << 20U))
            text += unit;
        EXPECT_TRUE(is_utf8(decode_text(text))) << unit;
    }
    std::vector<std::pair<std::string, std::string>> raw;
    for (int i = 9999; i >= 0; --i)
        raw.emplace_back("f*" + std::to_string(i), "x");
    EXPECT_EQ(join_parameters(raw).at(0).value.size(), 10000U);
}

} // namespace
} // namespace pillarbox::mime

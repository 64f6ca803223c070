#include "server/mime/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::literals;

// "name|body" for each field, in brackets.
std::string shown(const Header& header)
{
    std::string out;
    for (const Field& field : header.fields()) {
        out.append("[").append(field.name).append("|").append(field.body).append("]");
    }
    return out;
}

TEST(Header, FindsFields)
{
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", ""},
        {"\r\n", ""},
        {"A: b\r\n\r\nC: d\r\n", "[A| b]"},
        {"A: b\n\nC: d\n", "[A| b]"},
        {"A: b\r\n c\r\n\td\r\nE:\r\n\r\n", "[A| b\r\n c\r\n\td][E|]"},
        {"A: b", "[A| b]"},
        {"A : b\r\n\r\n", "[A| b]"},
        {"From alice Mon Jan  1\r\nA: b\r\n\r\n", "[A| b]"},
        {" leading\r\nA: b\r\n\r\n", "[A| b]"},
        {"A: b\r\nnonsense\r\n more\r\nC: d\r\n\r\n", "[A| b][C| d]"},
        {": empty\r\nA:b\r\n\r\n", "[A|b]"},
        {"A\xC3\xA9: b\r\nB: c\r\n\r\n", "[B| c]"},
        {"A: b:c\r\n\r\n", "[A| b:c]"},
        {"A: \r\n \r\nB: c\r\n\r\n", "[A| \r\n ][B| c]"},
        {"A: b\r\r\n\r\n", "[A| b\r]"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(shown(Header{text}), expected) << text;
}

TEST(Header, TellsWhereTheBodyBegins)
{
    const std::vector<std::pair<std::string_view, std::size_t>> cases{
        {"", 0},         {"\r\nbody", 2}, {"\nbody", 1}, {"A: b\r\n\r\nbody", 8}, {"A: b\n\nbody", 6},
        {"A: b\r\n", 6}, {"A: b", 4},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(Header{text}.size(), expected) << text;
    EXPECT_TRUE(Header{"A: b\r\n"}.faults().unfinished);
    EXPECT_FALSE(Header{"A: b\r\n\r\n"}.faults().unfinished);
}

TEST(Header, LooksUpByNameInAnyCase)
{
    const Header header{"Subject: one\r\nSUBJECT:  two\r\nReply-To:\r\n a@b\r\n\r\n"};
    EXPECT_EQ(header.value("subject"), "one");
    EXPECT_EQ(header.count("Subject"), 2U);
    EXPECT_EQ(header.value("reply-to"), "a@b");
    EXPECT_EQ(header.value("To"), "");
    EXPECT_EQ(header.find("Sub"), nullptr);
}

TEST(Header, UnfoldsButKeepsTheWhiteSpace)
{
    EXPECT_EQ(unfold("a\r\n b\n\tc"), "a b\tc");
    EXPECT_EQ(Header{"Subject: a\r\n  b\r\n\r\n"}.value("Subject"), "a  b");
}

TEST(Header, ReportsLimitsAndGoesOn)
{
    std::string many;
    for (std::size_t i = 0; i <= most_header_lines; ++i)
        many += "A: b\r\n";
    const Header lines{many + "\r\nbody"};
    EXPECT_TRUE(lines.faults().too_many_lines);
    EXPECT_EQ(lines.fields().size(), most_header_lines);
    EXPECT_EQ(lines.size(), many.size() + 2);

    std::string continued = "A: b\r\n";
    for (std::size_t i = 0; i < most_header_lines; ++i)
        continued += " c\r\n";
    EXPECT_TRUE(Header{continued + "\r\n"}.faults().too_many_lines);

    const std::string wide = "Long: " + std::string(most_field_octets, 'x') + "\r\nB: c\r\n\r\n";
    const Header field{wide};
    EXPECT_TRUE(field.faults().field_too_long);
    EXPECT_FALSE(field.faults().too_long);
    ASSERT_EQ(field.fields().size(), 2U);
    EXPECT_LE(field.fields()[0].body.size(), most_field_octets);
    EXPECT_EQ(field.value("B"), "c");

    std::string long_section;
    while (long_section.size() <= most_header_octets)
        long_section += "A: " + std::string(1000, 'x') + "\r\n";
    EXPECT_TRUE(Header{long_section + "\r\n"}.faults().too_long);
    EXPECT_FALSE(Header{"A: b\r\n\r\n"}.faults().beyond_limits());
}

TEST(Header, CountsFieldsOfTheHeaderSectionOnly)
{
    EXPECT_EQ(count_fields("Received: a\r\nreceived : b\r\n by c\r\nX-Received: d\r\n\r\nReceived: e\r\n",
                           "Received"),
              2U);
    EXPECT_EQ(count_fields("", "Received"), 0U);
    EXPECT_EQ(count_fields("Received: unfinished", "Received"), 1U);
    EXPECT_EQ(count_fields("\r\nReceived: a\r\n", "Received"), 0U);
}

TEST(Header, FinishesHostileInput)
{
    for (const std::string_view unit : {":"sv, " "sv, "\r\n "sv, "a:"sv, "\n \n"sv, "A: b\r\n"sv, "x"sv}) {
        std::string text;
        while (text.size() < (2U << 20U))
            text += unit;
        EXPECT_LE(Header{text}.size(), text.size());
        EXPECT_LE(count_fields(text, "A"), text.size());
    }
}

} // namespace
} // namespace pillarbox::mime

#include "web/http/message.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::http {
namespace {

TEST(Message, DecodesPercents)
{
    const std::vector<std::pair<std::string, std::optional<std::string>>> cases{
        {"", ""},
        {"abc", "abc"},
        {"a%20b", "a b"},
        {"%2F%2f", "//"},
        {"%", std::nullopt},
        {"%1", std::nullopt},
        {"%zz", std::nullopt},
        {"a%00b", std::nullopt},
        {"%C3%A4", "ä"},
        {"a+b", "a+b"},
        {"%252F", "%2F"},
    };
    for (const auto& [text, decoded] : cases)
        EXPECT_EQ(percent_decode(text), decoded) << text;
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(Message, ParsesQueries)
{
    using Lines = std::vector<Fields::Line>;
    EXPECT_EQ(parse_query(""), Lines{});
    EXPECT_EQ(parse_query("a=1&b=&c&&d=x%3Dy"), (Lines{{"a", "1"}, {"b", ""}, {"c", ""}, {"d", "x=y"}}));
    EXPECT_EQ(parse_query("a=%"), std::nullopt);
}

TEST(Message, FindsCookies)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", ""},
        {"pillarbox=abc", "abc"},
        {"a=b; pillarbox=abc; c=d", "abc"},
        {"a=b;pillarbox=abc", "abc"},
        {"xpillarbox=abc", ""},
        {"pillarbox", ""},
        {"Pillarbox=abc", ""},
        {"pillarbox=first; pillarbox=second", "first"},
    };
    for (const auto& [field, value] : cases)
        EXPECT_EQ(find_cookie(field, "pillarbox"), value) << field;
}

TEST(Message, MatchesEntityTags)
{
    EXPECT_TRUE(etag_matches("\"a\"", "\"a\""));
    EXPECT_TRUE(etag_matches("W/\"a\"", "\"a\""));
    EXPECT_TRUE(etag_matches("\"b\", W/\"a\"", "W/\"a\""));
    EXPECT_TRUE(etag_matches("*", "\"a\""));
    EXPECT_FALSE(etag_matches("", "\"a\""));
    EXPECT_FALSE(etag_matches("a", "\"a\""));
    EXPECT_FALSE(etag_matches("\"ab\"", "\"a\""));
}

TEST(Message, WritesDates)
{
    EXPECT_EQ(http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT"); // RFC 9110 §5.6.7
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Message, FieldsKnowNoCase)
{
    Fields fields;
    fields.add("Accept", "a");
    fields.add("ACCEPT", "b");
    EXPECT_EQ(fields.find("accept"), "a");
    fields.set("accept", "c");
    EXPECT_EQ(fields.lines().size(), 1u);
    EXPECT_FALSE(fields.contains("Accept-Encoding"));
}

} // namespace
} // namespace pillarbox::http

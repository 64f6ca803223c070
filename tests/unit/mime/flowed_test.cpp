#include "server/mime/flowed.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::mime {
namespace {

TEST(Flowed, JoinsLines)
{
    struct Case
    {
        std::string text;
        bool delete_space;
        std::string joined;
    };
    for (const auto& item : std::vector<Case>{
             {"one \r\ntwo\r\nthree", false, "one two\nthree"},
             {"one \r\ntwo", true, "onetwo"},
             {"one \ntwo \nthree\n", false, "one two three\n"},
             {" stuffed\n>not quoted", false, "stuffed\n> not quoted"},
             {" >stuffed\n", false, ">stuffed\n"},
             {"> a \n> b\n>> c\nd", false, "> a b\n>> c\nd"},
             {"> a \nb", false, "> a \nb"},
             {"text \n-- \nAda", false, "text \n-- \nAda"},
             {"a\n\nb", false, "a\n\nb"},
             {"", false, ""},
             {" ", false, ""},
             {"a ", false, "a "},
         })
        EXPECT_EQ(unflow(item.text, item.delete_space), item.joined) << item.text;
}

TEST(Flowed, LineEndsAreOneOctet)
{
    EXPECT_EQ(unix_lines("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n");
}

TEST(Flowed, BreaksLinesThatComeBackWhole)
{
    const std::string words =
        "word word word word word word word word word word word word word word word word end";
    const std::string cyrillic =
        "слово слово слово слово слово слово слово слово слово слово слово слово слово слово слово";
    for (const auto& text : std::vector<std::string>{
             "",
             "\n",
             "one",
             "one\n",
             "one\n\n\ntwo",
             " indented\n  twice",
             "From here\nFrom there on",
             "-- \nAda",
             words,
             words + "\n" + words + "\n",
             words + "  two spaces  " + words,
             cyrillic,
             "> " + words + "\n>> " + words + "\nanswer",
             "> \n> a\n>\n",
             std::string(500, 'x') + " " + words,
             "-- " + std::string(90, 'x'),
             "word " + std::string(66, 'y') + " -- " + std::string(90, 'x'),
             std::string(64, 'y') + " word >no quote From " + words,
         }) {
        const auto wire = flow(text);
        std::string expected = text + "\n";
        for (std::size_t at = 0; (at = expected.find("> \n", at)) != std::string::npos;)
            expected.replace(at, 3, ">\n");
        std::string got = unflow(wire, false);
        for (std::size_t at = 0; (at = got.find("> \n", at)) != std::string::npos;)
            got.replace(at, 3, ">\n");
        EXPECT_EQ(got, expected) << wire;
    }
}

TEST(Flowed, WritesWhatTheStandardSays)
{
    struct Case
    {
        std::string text;
        std::string wire;
    };
    for (const auto& item : std::vector<Case>{
             {"hard  \nbreak", "hard\r\nbreak\r\n"},
             {" a\nFrom b", "  a\r\n From b\r\n"},
             {"> a\n>> b\n> > c", "> a\r\n>> b\r\n>> c\r\n"},
             {"-- ", "-- \r\n"},
             {"> -- ", "> -- \r\n"},
             {"tab\tin\r\nit", "tab\tin\r\nit\r\n"},
         })
        EXPECT_EQ(flow(item.text), item.wire);
    std::size_t line = 0;
    for (const char c :
         flow(std::string(40, 'a') + " " + std::string(40, 'b') + " " + std::string(20, 'c'))) {
        line = c == '\n' ? 0 : line + 1;
        EXPECT_LE(line, 78u);
    }
}

TEST(Flowed, DeepQuotesDoNotGrow)
{
    std::string text(1000, '>');
    for (int i = 0; i < 1000; ++i)
        text += " a";
    EXPECT_LT(flow(text).size(), 2 * text.size());
}

} // namespace
} // namespace pillarbox::mime

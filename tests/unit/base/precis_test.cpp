#include "server/base/precis.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace pillarbox::precis {
namespace {

struct Case
{
    const char* given;
    std::optional<std::string> prepared;
};

void expect(const char* what, std::optional<std::string> (*prepare)(std::string_view),
            std::initializer_list<Case> cases)
{
    for (const Case& c : cases) {
        const auto prepared = prepare(c.given);
        EXPECT_EQ(prepared, c.prepared) << what << " '" << c.given << "'";
        if (prepared) EXPECT_EQ(prepare(*prepared), prepared) << what << " again";
    }
}

// RFC 8265 §3.5, tables 1 and 2.
TEST(UserName, IsAsTheStandardsExamples)
{
    expect("name", user_name,
           {{"juliet@example.com", "juliet@example.com"},
            {"fussball", "fussball"},
            {"fußball", "fußball"},
            {"π", "π"},
            {"Σ", "σ"},
            {"σ", "σ"},
            {"ς", "ς"},
            {"foo bar", std::nullopt},
            {"", std::nullopt},
            {"henryⅣ", std::nullopt}, // U+2163, a number of its own
            {"♚", std::nullopt}});
}

TEST(UserName, IsTheSameInEveryForm)
{
    expect("name", user_name,
           {{"Alice.O'Hara+x", "alice.o'hara+x"},
            {"JÜRGEN", "jürgen"},
            {"Ju\xCC\x88rgen", "jürgen"}, // u and a combining diaeresis
            {"ＡＬＩＣＥ", "alice"},      // full width
            {"ｱﾘｽ", "アリス"},            // half width
            {"İ", "i\xCC\x87"},           // in no language, not even Turkish
            {"ῼ", "ῳ"},                   // of titlecase
            {"김", "김"},
            {"\xE1\x84\x80\xE1\x85\xB5\xE1\x86\xB7", "김"}}); // its jamo
}

TEST(UserName, RefusesWhatItCannotBe)
{
    expect("name", user_name,
           {{"tab\there", std::nullopt},
            {"nul\x7F", std::nullopt},
            {"\xC2\x85", std::nullopt}, // a control of C1
            {"a\xC2\xA0"
             "b",
             std::nullopt}, // no-break space
            {"soft\xC2\xAD"
             "hyphen",
             std::nullopt},
            {"zero\xE2\x80\x8Bwidth", std::nullopt},
            {"\xEE\x80\x80", std::nullopt},     // private use
            {"\xEF\xBF\xBF", std::nullopt},     // no character
            {"\xF3\xA0\x80\x80", std::nullopt}, // unassigned
            {"\xC3", std::nullopt},             // cut off
            {"\xC0\x80", std::nullopt},         // overlong
            {"\xED\xA0\x80", std::nullopt},     // a surrogate
            {"ﬁ", std::nullopt}});              // a ligature
}

TEST(UserName, KeepsTheContextualRules)
{
    expect("name", user_name,
           {{"l·l", "l·l"},
            {"L·L", "l·l"},
            {"a·b", std::nullopt},
            {"·", std::nullopt},
            {"͵α", "͵α"},
            {"͵a", std::nullopt},
            {"א׳", "א׳"},
            {"a׳", std::nullopt},
            {"ア・リ", "ア・リ"},
            {"a・b", std::nullopt},
            {"ب٣", "ب٣"},
            {"ب٣۴", std::nullopt}, // digits of both kinds
            {"क्\xE2\x80\x8Dष", "क्\xE2\x80\x8Dष"},
            {"a\xE2\x80\x8D"
             "b",
             std::nullopt},
            {"بی\xE2\x80\x8Cبی", "بی\xE2\x80\x8Cبی"},
            {"a\xE2\x80\x8C"
             "b",
             std::nullopt}});
}

// RFC 5893 §2.
TEST(UserName, RunsInOneDirection)
{
    expect("name", user_name,
           {{"אב", "אב"},
            {"אב12", "אב12"},
            {"אב.גד", "אב.גד"},
            {"אבa", std::nullopt},
            {"aאב", std::nullopt},
            {"1אב", std::nullopt},
            {"אב.", std::nullopt},
            {"אב1٣", std::nullopt}});
}

TEST(UserName, IsLookedForEvenWhereItIsNone)
{
    EXPECT_EQ(user_name_to_find("JÜRGEN"), "jürgen");
    EXPECT_EQ(user_name_to_find("Foo Ⅳ"), "foo Ⅳ");
    EXPECT_EQ(user_name_to_find("\xFF"
                                "A"),
              "\xFF"
              "a");
    EXPECT_EQ(user_name_to_find(""), "");
}

// RFC 8265 §4.3, tables 3 and 4.
TEST(Password, IsAsTheStandardsExamples)
{
    expect("password", password,
           {{"correct horse battery staple", "correct horse battery staple"},
            {"Correct Horse Battery Staple", "Correct Horse Battery Staple"},
            {"πßå", "πßå"},
            {"Jack of ♦s", "Jack of ♦s"},
            {"foo\xE1\x9A\x80"
             "bar",
             "foo bar"}, // U+1680
            {"", std::nullopt},
            {"my cat is a \tby", std::nullopt}});
}

TEST(Password, IsComposedAndNothingElse)
{
    expect("password", password,
           {{"Gru\xCC\x88\xC3\x9F\xC2\xA0Gott", "Grüß Gott"}, // NFD, a no-break space
            {"ＡＢＣ", "ＡＢＣ"},
            {"Ⅳ", "Ⅳ"},
            {" spaces at the ends ", " spaces at the ends "},
            {"a\xC2\xAD", std::nullopt},
            {"\xE2\x80\x8F", std::nullopt},
            {"\x01", std::nullopt},
            {"Gr\xFC\xDF", std::nullopt}}); // Latin-1
}

} // namespace
} // namespace pillarbox::precis

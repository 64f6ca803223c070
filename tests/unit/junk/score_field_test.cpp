#include "server/junk/score_field.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk {
namespace {

const Score score{.total = 5.54,
                  .fate = Fate::junk,
                  .reasons = {{"blocklist", 4, "zen.example (127.0.0.2)"},
                              {"words", 1.54, "80% junk, б\"; a=1 %; 90%"},
                              {"first-contact", 0, ""}}};

std::string_view body_of(std::string_view field)
{
    return field.substr(field.find(':') + 1);
}

TEST(ScoreField, HasAReasonALine)
{
    EXPECT_EQ(score_field(score), "X-Pillarbox-Junk: junk score=5.5;\r\n"
                                  "    blocklist=4.0 \"zen.example (127.0.0.2)\";\r\n"
                                  "    words=1.5 \"80%25 junk, %D0%B1%22; a=1 %25; 90%25\";\r\n"
                                  "    first-contact=0.0\r\n");
}

TEST(ScoreField, IsReadAsItWasWritten)
{
    const auto field = score_field(score);
    const auto read = parse_score_field(body_of(field));
    ASSERT_TRUE(read);
    EXPECT_DOUBLE_EQ(read->total, 5.5);
    EXPECT_EQ(read->fate, Fate::junk);
    ASSERT_EQ(read->reasons.size(), 3);
    EXPECT_EQ(read->reasons[1].detail, score.reasons[1].detail);
    EXPECT_DOUBLE_EQ(read->reasons[1].weight, 1.5);
    EXPECT_EQ(read->reasons[2], score.reasons[2]);
    EXPECT_EQ(score_field(*read), field);
}

TEST(ScoreField, IsNotTakenForWhatItIsNot)
{
    for (const std::string_view text :
         {"", "yes", "junk", "junk score=", "junk score=x", "junk score=1; a", "junk score=1; a=\"b\"",
          "junk score=1; a=1 b", "junk score=nan", "junk score=1e9", "junk score=1; a=1 \"b"})
        EXPECT_FALSE(parse_score_field(text)) << text;
    std::string many = "junk score=1";
    for (int i = 0; i < 100; ++i)
        many += "; a=1";
    EXPECT_FALSE(parse_score_field(many));
}

TEST(ScoreField, DoesNotGrowWithADetail)
{
    const auto field = score_field({.reasons = {{"words", 1, std::string(5000, '\n')}}});
    EXPECT_LT(field.size(), 998); // RFC 5322 §2.1.1
}

TEST(InOneLine, HasNoWordsOfTheMessage)
{
    EXPECT_EQ(in_one_line(score),
              "junk score=5.5; blocklist=4.0 \"zen.example (127.0.0.2)\"; words=1.5; first-contact=0.0");
    EXPECT_EQ(in_one_line({.total = -0.04, .reasons = {}}), "inbox score=0.0");
}

} // namespace
} // namespace pillarbox::junk

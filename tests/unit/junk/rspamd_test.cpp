#include "server/junk/rspamd.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk::rspamd {
namespace {

constexpr double limit = 5;

TEST(ParseAnswer, TakesWhatItSays)
{
    const auto answer = parse_answer(R"({"is_skipped":false,"score":7.5,"required_score":15.0,
        "action":"no action","symbols":{"SMALL":{"name":"SMALL","score":0.1},"NONE":{"score":0},
        "BIG":{"name":"BIG","score":6.0,"options":["x"]},"GOOD":{"score":-1.5}}})",
                                     limit);
    ASSERT_TRUE(answer);
    EXPECT_FALSE(answer->refusal);
    ASSERT_EQ(answer->reasons.size(), 1);
    EXPECT_DOUBLE_EQ(answer->reasons[0].weight, 2.5); // half of the way to a refusal
    EXPECT_EQ(answer->reasons[0].detail, "no action, 7.5 of 15.0, BIG 6.0, GOOD -1.5, SMALL 0.1");
}

TEST(ParseAnswer, ObeysTheAction)
{
    const auto said = [](const std::string& action, const std::string& more = {}) {
        return parse_answer(R"({"score":6,"required_score":15,"action":")" + action + '"' + more + '}',
                            limit);
    };
    for (const auto* action : {"add header", "rewrite subject", "discard"})
        EXPECT_DOUBLE_EQ(said(action)->reasons.at(0).weight, limit) << action;
    EXPECT_DOUBLE_EQ(said("greylist")->reasons.at(0).weight, 2);
    ASSERT_TRUE(said("reject")->refusal);
    EXPECT_TRUE(said("reject")->refusal->for_good);
    EXPECT_EQ(said("reject")->refusal->text, "refused as junk");
    const auto later = said("soft reject", R"(,"messages":{"smtp_message":"come\r\nagain"})");
    EXPECT_FALSE(later->refusal->for_good);
    EXPECT_EQ(later->refusal->text, "come??again");
}

TEST(ParseAnswer, IsNotTakenForWhatItIsNot)
{
    for (const char* text : {"", "[]", "{}", R"({"action":"reject"})", R"({"score":1})",
                             R"({"score":"1","action":"reject"})", R"({"score":1e99,"action":"no action"})"})
        EXPECT_FALSE(parse_answer(text, limit)) << text;
    const auto bare =
        parse_answer(R"({"score":-900,"action":"no action","required_score":1,"symbols":7})", limit);
    ASSERT_TRUE(bare);
    EXPECT_DOUBLE_EQ(bare->reasons.at(0).weight, -limit);
}

TEST(FieldsOf, TellWhoSendsToWhom)
{
    const HookQuestion question{"192.0.2.7",
                                "mx.example",
                                "mail.example.org",
                                "bob@example.net",
                                {"alice@example.org", "\xc3\xa4@example.org", "carol\r\nX: y"},
                                "text"};
    const std::vector<std::pair<std::string, std::string>> expected{{"IP", "192.0.2.7"},
                                                                    {"From", "bob@example.net"},
                                                                    {"MTA-Name", "mail.example.org"},
                                                                    {"Helo", "mx.example"},
                                                                    {"Rcpt", "alice@example.org"}};
    EXPECT_EQ(fields_of(question), expected);
}

} // namespace
} // namespace pillarbox::junk::rspamd

#include "server/net/dns_answers.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::net {
namespace {

using namespace std::chrono_literals;

using Answer = DnsAnswers::Answer;
using Kind = Answer::Kind;

constexpr int txt = 16;
constexpr int mx = 15;
const DnsAnswers::Time beginning{};

Answer found(std::string record)
{
    Answer answer;
    answer.kind = Kind::found;
    answer.secure = true;
    answer.canonical = "other.example";
    answer.records = {std::move(record)};
    return answer;
}

TEST(DnsAnswers, AreKnownByNameAndTypeForAsLongAsTheyHold)
{
    DnsAnswers answers;
    answers.keep("Example.org", txt, found("v=spf1 -all"), 60s, beginning);

    const Answer* known = answers.find("eXample.org", txt, beginning + 59s);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->records, std::vector<std::string>{"v=spf1 -all"});
    EXPECT_TRUE(known->secure);
    EXPECT_EQ(known->canonical, "other.example");
    EXPECT_FALSE(answers.find("example.org", mx, beginning));
    EXPECT_FALSE(answers.find("www.example.org", txt, beginning));

    EXPECT_FALSE(answers.find("example.org", txt, beginning + 60s));
    EXPECT_EQ(answers.size(), 0);
}

TEST(DnsAnswers, ThatThereIsNothingIsKnownToo)
{
    DnsAnswers answers;
    Answer none;
    none.kind = Kind::none;
    none.no_such_name = true;
    answers.keep("example.org", txt, none, 60s, beginning);
    ASSERT_TRUE(answers.find("example.org", txt, beginning));
    EXPECT_TRUE(answers.find("example.org", txt, beginning)->no_such_name);
}

TEST(DnsAnswers, WhatIsNotKept)
{
    DnsAnswers answers;
    answers.keep("unknown.example", txt, Answer(), 60s, beginning);
    answers.keep("momentary.example", txt, found("x"), 0s, beginning);
    answers.keep("long.example", txt, found(std::string(5000, 'x')), 60s, beginning);
    EXPECT_EQ(answers.size(), 0);
}

TEST(DnsAnswers, ANewOneTakesThePlaceOfTheOld)
{
    DnsAnswers answers;
    answers.keep("example.org", txt, found("old"), 60s, beginning);
    answers.keep("example.org", txt, found("new"), 60s, beginning + 30s);
    ASSERT_TRUE(answers.find("example.org", txt, beginning + 80s));
    EXPECT_EQ(answers.find("example.org", txt, beginning + 80s)->records.front(), "new");

    // What nobody can tell any more is not what was told before.
    answers.keep("example.org", txt, Answer(), 60s, beginning + 80s);
    EXPECT_FALSE(answers.find("example.org", txt, beginning + 80s));
}

TEST(DnsAnswers, NothingIsBelievedForever)
{
    DnsAnswers answers;
    answers.keep("example.org", txt, found("x"), 1000h, beginning);
    EXPECT_TRUE(answers.find("example.org", txt, beginning + DnsAnswers::longest_life - 1s));
    EXPECT_FALSE(answers.find("example.org", txt, beginning + DnsAnswers::longest_life));
}

TEST(DnsAnswers, ForgetThatWhichWasUsedLeastLately)
{
    DnsAnswers answers(2);
    answers.keep("a.example", txt, found("a"), 60s, beginning);
    answers.keep("b.example", txt, found("b"), 60s, beginning);
    EXPECT_TRUE(answers.find("a.example", txt, beginning));
    answers.keep("c.example", txt, found("c"), 60s, beginning);
    EXPECT_EQ(answers.size(), 2);
    EXPECT_TRUE(answers.find("a.example", txt, beginning));
    EXPECT_FALSE(answers.find("b.example", txt, beginning));
    EXPECT_TRUE(answers.find("c.example", txt, beginning));
}

} // namespace
} // namespace pillarbox::net

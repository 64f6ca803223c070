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
const DnsAnswers::Time start{};

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
    answers.keep("Example.org", txt, found("v=spf1 -all"), 60s, start);

    const Answer* known = answers.find("eXample.org", txt, start + 59s);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->records, std::vector<std::string>{"v=spf1 -all"});
    EXPECT_TRUE(known->secure);
    EXPECT_EQ(known->canonical, "other.example");
    EXPECT_FALSE(answers.find("example.org", mx, start));
    EXPECT_FALSE(answers.find("www.example.org", txt, start));

    EXPECT_FALSE(answers.find("example.org", txt, start + 60s));
    EXPECT_EQ(answers.size(), 0);
}

TEST(DnsAnswers, ThatThereIsNothingIsKnownToo)
{
    DnsAnswers answers;
    Answer none;
    none.kind = Kind::none;
    none.no_such_name = true;
    answers.keep("example.org", txt, none, 60s, start);
    ASSERT_TRUE(answers.find("example.org", txt, start));
    EXPECT_TRUE(answers.find("example.org", txt, start)->no_such_name);
}

TEST(DnsAnswers, WhatIsNotKept)
{
    DnsAnswers answers;
    answers.keep("unknown.example", txt, Answer(), 60s, start);
    answers.keep("momentary.example", txt, found("x"), 0s, start);
    answers.keep("long.example", txt, found(std::string(5000, 'x')), 60s, start);
    EXPECT_EQ(answers.size(), 0);
}

TEST(DnsAnswers, ANewOneTakesThePlaceOfTheOld)
{
    DnsAnswers answers;
    answers.keep("example.org", txt, found("old"), 60s, start);
    answers.keep("example.org", txt, found("new"), 60s, start + 30s);
    ASSERT_TRUE(answers.find("example.org", txt, start + 80s));
    EXPECT_EQ(answers.find("example.org", txt, start + 80s)->records.front(), "new");

    // What nobody can tell any more is not what was told before.
    answers.keep("example.org", txt, Answer(), 60s, start + 80s);
    EXPECT_FALSE(answers.find("example.org", txt, start + 80s));
}

TEST(DnsAnswers, NothingIsBelievedForever)
{
    DnsAnswers answers;
    answers.keep("example.org", txt, found("x"), 1000h, start);
    EXPECT_TRUE(answers.find("example.org", txt, start + DnsAnswers::longest_life - 1s));
    EXPECT_FALSE(answers.find("example.org", txt, start + DnsAnswers::longest_life));
}

TEST(DnsAnswers, ForgetThatWhichWasUsedLeastLately)
{
    DnsAnswers answers(2);
    answers.keep("a.example", txt, found("a"), 60s, start);
    answers.keep("b.example", txt, found("b"), 60s, start);
    EXPECT_TRUE(answers.find("a.example", txt, start));
    answers.keep("c.example", txt, found("c"), 60s, start);
    EXPECT_EQ(answers.size(), 2);
    EXPECT_TRUE(answers.find("a.example", txt, start));
    EXPECT_FALSE(answers.find("b.example", txt, start));
    EXPECT_TRUE(answers.find("c.example", txt, start));
}

} // namespace
} // namespace pillarbox::net

#include "server/outbound/pace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Pace::Clock::time_point start{1h};
const Lane slow{.name = "slow.example", .per_minute = 6}; // one in 10 s
const Lane fast{.name = "fast.example", .per_minute = 600};
const Lane free_of_it{.name = "any.example"};

TEST(Pace, KeepsMessagesApart)
{
    Pace pace;
    EXPECT_EQ(pace.book(slow, start), start);
    EXPECT_TRUE(pace.rests(slow, start + 9s));
    EXPECT_EQ(pace.book(slow, start + 1s), start + 10s) << "who comes early waits";
    EXPECT_EQ(pace.book(slow, start + 1s), start + 20s);
    EXPECT_FALSE(pace.rests(slow, start + 30s));
    EXPECT_EQ(pace.book(slow, start + 45s), start + 45s) << "nobody saves up";
    EXPECT_EQ(pace.book(slow, start + 46s), start + 55s);
}

TEST(Pace, NoMinuteHasMoreHoweverItIsCounted)
{
    Pace pace;
    std::vector<Pace::Clock::time_point> began;
    for (auto now = start; now < start + 5min; now += 700ms)
        if (!pace.rests(slow, now)) began.push_back(*pace.book(slow, now));
    for (std::size_t i = 0; i + slow.per_minute < began.size(); ++i)
        EXPECT_GE(began[i + slow.per_minute] - began[i], 1min);
    EXPECT_GE(began.size(), 27u);
}

TEST(Pace, IsEachDestinationsOwn)
{
    Pace pace;
    pace.book(slow, start);
    pace.book(fast, start);
    EXPECT_THAT(pace.resting(start), ElementsAre("fast.example", "slow.example"));
    EXPECT_EQ(pace.next(start), start + 100ms);
    EXPECT_THAT(pace.resting(start + 100ms), ElementsAre("slow.example"));
    EXPECT_EQ(pace.next(start + 100ms), start + 10s);
    EXPECT_THAT(pace.resting(start + 10s), IsEmpty());
    EXPECT_EQ(pace.next(start + 10s), std::nullopt);
}

TEST(Pace, OfWhatHasNoLimitNothingIsKept)
{
    Pace pace(1);
    pace.book(slow, start);
    EXPECT_EQ(pace.book(free_of_it, start), start);
    EXPECT_EQ(pace.book(free_of_it, start), start);
    EXPECT_FALSE(pace.rests(free_of_it, start));
    pace.give_back(free_of_it, start);
    EXPECT_THAT(pace.resting(start), ElementsAre("slow.example"));
}

TEST(Pace, APlaceThatNobodyUsedCanBeHadBack)
{
    Pace pace;
    const auto first = pace.book(slow, start);
    pace.give_back(slow, *first);
    EXPECT_EQ(pace.book(slow, start), start);
    const auto second = pace.book(slow, start);
    pace.book(slow, start);
    pace.give_back(slow, *second); // another stands behind it
    EXPECT_EQ(pace.book(slow, start), start + 30s);
}

TEST(Pace, RemembersSoManyAndThenNobodyNewBegins)
{
    Pace pace(2);
    pace.book(slow, start);
    EXPECT_FALSE(pace.full(start));
    pace.book(fast, start);
    EXPECT_TRUE(pace.full(start));
    const Lane third{.name = "third.example", .per_minute = 1};
    EXPECT_EQ(pace.book(third, start), std::nullopt);
    EXPECT_TRUE(pace.rests(third, start));
    EXPECT_EQ(pace.book(slow, start), start + 10s) << "who is known goes on";
    EXPECT_EQ(pace.book(third, start + 1s), start + 1s) << "fast.example is forgotten by then";
}

TEST(PaceTerms, ADomainsRouteTheSmarthostOrItself)
{
    Config::Outbound outbound;
    outbound.messages_per_minute = 60;
    outbound.routes = {{.domain = "slow.example", .to = {}, .messages_per_minute = 6},
                       {.domain = "free.example", .to = {}, .messages_per_minute = 0},
                       {.domain = "usual.example", .to = {}}};
    for (const bool smarthost : {false, true}) {
        if (smarthost) outbound.mode = Config::Outbound::Mode::smarthost;
        outbound.smarthost.host = "relay.example";
        const PaceTerms terms(outbound);
        EXPECT_EQ(terms.lane_of("slow.example").name, "slow.example");
        EXPECT_EQ(terms.lane_of("slow.example").per_minute, 6u);
        EXPECT_EQ(terms.lane_of("free.example").per_minute, 0u);
        EXPECT_EQ(terms.lane_of("usual.example").per_minute, 60u);
        EXPECT_EQ(terms.lane_of("else.example").per_minute, 60u);
        EXPECT_EQ(terms.lane_of("else.example").name,
                  smarthost ? "the smarthost relay.example" : "else.example");
    }
    EXPECT_EQ(PaceTerms().lane_of("else.example").per_minute, 0u);
}

} // namespace
} // namespace pillarbox::outbound

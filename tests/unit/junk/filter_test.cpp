#include "server/junk/filter.hpp"

#include "server/junk/words.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk {
namespace {

const std::vector<storage::WordCount> known{{hash_of("watches"), 20, 0},
                                            {hash_of("cheap"), 15, 1},
                                            {hash_of("meeting"), 0, 20},
                                            {hash_of("minutes"), 1, 15},
                                            {hash_of("the"), 20, 20}};

TEST(OpinionOn, TellsJunkByItsWords)
{
    const auto junk = opinion_on({"cheap", "watches", "the", "unheard"}, known, 20, 20);
    ASSERT_TRUE(junk);
    EXPECT_GT(junk->junk, 0.9);
    ASSERT_EQ(junk->words.size(), 2); // what says nothing is not shown
    EXPECT_EQ(junk->words[0].first, "watches");
    EXPECT_GT(junk->words[0].second, 0.98);
    const auto wanted = opinion_on({"meeting", "minutes"}, known, 20, 20);
    ASSERT_TRUE(wanted);
    EXPECT_LT(wanted->junk, 0.1);
    const auto both = opinion_on({"watches", "meeting"}, known, 20, 20);
    ASSERT_TRUE(both);
    EXPECT_NEAR(both->junk, 0.5, 0.01);
    EXPECT_FALSE(reason_of(*both));
}

TEST(OpinionOn, IsSilentWithoutKnowledge)
{
    EXPECT_FALSE(opinion_on({"watches"}, known, least_lessons - 1, 20));
    EXPECT_FALSE(opinion_on({"watches"}, known, 20, least_lessons - 1));
    EXPECT_FALSE(opinion_on({"unheard"}, known, 20, 20));
    EXPECT_FALSE(opinion_on({"the"}, known, 20, 20));
}

TEST(OpinionOn, BearsCountsThatDoNotFit)
{
    for (const storage::WordCount count : {storage::WordCount{hash_of("x"), 0, 0},
                                           storage::WordCount{hash_of("x"), 4'000'000'000, 4'000'000'000},
                                           storage::WordCount{hash_of("x"), 4'000'000'000, 0}}) {
        const auto opinion = opinion_on({"x"}, {count}, 10, 10);
        if (opinion) EXPECT_TRUE(opinion->junk >= 0 && opinion->junk <= 1);
    }
}

TEST(ReasonOf, TellsWhichWordsSpoke)
{
    const auto reason = reason_of({.junk = 0.95, .words = {{"watches", 0.99}, {"the", 0.2}}});
    ASSERT_TRUE(reason);
    EXPECT_EQ(reason->name, "words");
    EXPECT_NEAR(reason->weight, 5.4, 0.001);
    EXPECT_EQ(reason->detail, "95% junk, watches 99%, the 20%");
    EXPECT_NEAR(reason_of({.junk = 0, .words = {}})->weight, -4, 0.001);
}

} // namespace
} // namespace pillarbox::junk

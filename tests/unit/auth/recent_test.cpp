#include "server/auth/recent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::auth {
namespace {

using namespace std::chrono_literals;

const std::string old_hash = "$argon2id$v=19$m=64,t=1,p=1$old";
const std::string new_hash = "$argon2id$v=19$m=64,t=1,p=1$new";
const Recent<int>::Time noon{1000h};

TEST(Recent, KnowsWhatWasFoundOutAndNothingElse)
{
    Recent<int> recent(60s);
    EXPECT_FALSE(recent.find({"alice", old_hash, "secret"}, noon));
    recent.remember({"alice", old_hash, "secret"}, 7, noon);
    EXPECT_EQ(recent.find({"alice", old_hash, "secret"}, noon), 7);
    EXPECT_FALSE(recent.find({"alice", old_hash, "secreT"}, noon));
    EXPECT_FALSE(recent.find({"alice", new_hash, "secret"}, noon));
    EXPECT_FALSE(recent.find({"bob", old_hash, "secret"}, noon));
}

TEST(Recent, TakesWhatWasFoundOutLast)
{
    Recent<int> recent(60s);
    recent.remember({"alice", "secret"}, 7, noon);
    recent.remember({"alice", "secret"}, 8, noon);
    EXPECT_EQ(recent.find({"alice", "secret"}, noon), 8);
    EXPECT_EQ(recent.size(), 1u);
}

TEST(Recent, ForgetsWhatIsOverHoweverOftenItWasUsed)
{
    Recent<int> recent(60s);
    recent.remember({"secret"}, 7, noon);
    for (auto later = 0s; later < 60s; later += 1s)
        EXPECT_TRUE(recent.find({"secret"}, noon + later)) << later.count();
    EXPECT_FALSE(recent.find({"secret"}, noon + 60s));
    recent.remember({"secret"}, 7, noon + 60s);
    EXPECT_TRUE(recent.find({"secret"}, noon + 119s));
    EXPECT_EQ(recent.size(), 1u);
}

TEST(Recent, TellsApartWhatRunsTogether)
{
    Recent<int> recent(60s);
    recent.remember({"hash", "secret"}, 7, noon);
    EXPECT_FALSE(recent.find({"hashs", "ecret"}, noon));
    EXPECT_FALSE(recent.find({"hashsecret"}, noon));
}

TEST(Recent, HasALimitAndForgetsTheFirst)
{
    Recent<int> recent(60s, 2);
    recent.remember({"one"}, 1, noon);
    recent.remember({"two"}, 2, noon + 1s);
    recent.remember({"one"}, 1, noon + 2s); // found out again: now it is "two" that goes
    recent.remember({"three"}, 3, noon + 3s);
    EXPECT_EQ(recent.size(), 2u);
    EXPECT_TRUE(recent.find({"one"}, noon + 3s));
    EXPECT_FALSE(recent.find({"two"}, noon + 3s));
    EXPECT_TRUE(recent.find({"three"}, noon + 3s));
}

TEST(Recent, KeepsNothingThatIsOver)
{
    Recent<int> recent(60s);
    for (int i = 0; i < 10; ++i)
        recent.remember({std::to_string(i)}, i, noon);
    recent.remember({"later"}, 0, noon + 60s);
    EXPECT_EQ(recent.size(), 1u);
}

TEST(Recent, WithoutALifeRemembersNothing)
{
    Recent<int> recent(0s);
    recent.remember({"secret"}, 7, noon);
    EXPECT_FALSE(recent.find({"secret"}, noon));
    EXPECT_EQ(recent.size(), 0u);
}

} // namespace
} // namespace pillarbox::auth

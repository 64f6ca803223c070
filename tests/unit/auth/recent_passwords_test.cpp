#include "server/auth/recent_passwords.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::auth {
namespace {

using namespace std::chrono_literals;

constexpr storage::AccountId alice{1};
constexpr storage::AccountId bob{2};
const std::string old_hash = "$argon2id$v=19$m=64,t=1,p=1$old";
const std::string new_hash = "$argon2id$v=19$m=64,t=1,p=1$new";
const RecentPasswords::Time noon{1000h};

TEST(RecentPasswords, KnowsWhatWasVerifiedAndNothingElse)
{
    RecentPasswords recent(60s);
    EXPECT_FALSE(recent.know(alice, old_hash, "secret", noon));
    recent.remember(alice, old_hash, "secret", noon);
    EXPECT_TRUE(recent.know(alice, old_hash, "secret", noon));
    EXPECT_FALSE(recent.know(alice, old_hash, "secreT", noon));
    EXPECT_FALSE(recent.know(bob, old_hash, "secret", noon));
}

TEST(RecentPasswords, ForgetsWhatIsOverHoweverOftenItWasUsed)
{
    RecentPasswords recent(60s);
    recent.remember(alice, old_hash, "secret", noon);
    for (auto later = 0s; later < 60s; later += 1s)
        EXPECT_TRUE(recent.know(alice, old_hash, "secret", noon + later)) << later.count();
    EXPECT_FALSE(recent.know(alice, old_hash, "secret", noon + 60s));
    recent.remember(alice, old_hash, "secret", noon + 60s);
    EXPECT_TRUE(recent.know(alice, old_hash, "secret", noon + 119s));
    EXPECT_EQ(recent.size(), 1u);
}

TEST(RecentPasswords, KnowsNothingOfAHashThatHasTakenItsPlace)
{
    RecentPasswords recent(60s);
    recent.remember(alice, old_hash, "secret", noon);
    EXPECT_FALSE(recent.know(alice, new_hash, "secret", noon));
}

TEST(RecentPasswords, TellsApartWhatRunsTogether)
{
    RecentPasswords recent(60s);
    recent.remember(alice, "hash", "secret", noon);
    EXPECT_FALSE(recent.know(alice, "hashs", "ecret", noon));
}

TEST(RecentPasswords, HasALimitAndForgetsTheFirst)
{
    RecentPasswords recent(60s, 2);
    recent.remember(alice, old_hash, "one", noon);
    recent.remember(alice, old_hash, "two", noon + 1s);
    recent.remember(alice, old_hash, "one", noon + 2s); // verified again: now it is "two" that goes
    recent.remember(alice, old_hash, "three", noon + 3s);
    EXPECT_EQ(recent.size(), 2u);
    EXPECT_TRUE(recent.know(alice, old_hash, "one", noon + 3s));
    EXPECT_FALSE(recent.know(alice, old_hash, "two", noon + 3s));
    EXPECT_TRUE(recent.know(alice, old_hash, "three", noon + 3s));
}

TEST(RecentPasswords, KeepsNothingThatIsOver)
{
    RecentPasswords recent(60s);
    for (int i = 0; i < 10; ++i)
        recent.remember(alice, old_hash, std::to_string(i), noon);
    recent.remember(alice, old_hash, "later", noon + 60s);
    EXPECT_EQ(recent.size(), 1u);
}

TEST(RecentPasswords, WithoutALifeRemembersNothing)
{
    RecentPasswords recent(0s);
    recent.remember(alice, old_hash, "secret", noon);
    EXPECT_FALSE(recent.know(alice, old_hash, "secret", noon));
    EXPECT_EQ(recent.size(), 0u);
}

} // namespace
} // namespace pillarbox::auth

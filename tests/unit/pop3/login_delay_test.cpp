#include "server/pop3/login_delay.hpp"

#include <gtest/gtest.h>

namespace pillarbox::pop3 {
namespace {

using namespace std::chrono_literals;

constexpr storage::AccountId alice{1};
constexpr storage::AccountId bob{2};
constexpr storage::AccountId carol{3};
const LoginDelay::Clock::time_point noon{1000h};

TEST(LoginDelay, HoldsEachAccountBackByItself)
{
    LoginDelay logins;
    EXPECT_FALSE(logins.too_soon(alice, 60s, noon));
    logins.signed_in(alice, 60s, noon);
    EXPECT_TRUE(logins.too_soon(alice, 60s, noon));
    EXPECT_TRUE(logins.too_soon(alice, 60s, noon + 59s));
    EXPECT_FALSE(logins.too_soon(alice, 60s, noon + 60s));
    EXPECT_FALSE(logins.too_soon(bob, 60s, noon));
    logins.signed_in(alice, 60s, noon + 60s);
    EXPECT_TRUE(logins.too_soon(alice, 60s, noon + 119s));
    // As the setting is now, not as it was.
    EXPECT_FALSE(logins.too_soon(alice, 10s, noon + 70s));
}

TEST(LoginDelay, IsEachAccountsOwn)
{
    LoginDelay logins;
    logins.signed_in(alice, 3600s, noon);
    for (int i = 1; i < 10; ++i)
        logins.signed_in(bob, 1s, noon + i * 60s); // what is past for bob is not for alice
    EXPECT_TRUE(logins.too_soon(alice, 3600s, noon + 3599s));
    EXPECT_FALSE(logins.too_soon(bob, 1s, noon + 541s));
    logins.signed_in(carol, 1s, noon + 3600s);
    EXPECT_EQ(logins.size(), 1u);
}

TEST(LoginDelay, RemembersNothingWhenThereIsNone)
{
    LoginDelay logins;
    logins.signed_in(alice, 0s, noon);
    EXPECT_EQ(logins.size(), 0u);
    logins.signed_in(alice, 60s, noon);
    EXPECT_FALSE(logins.too_soon(alice, 0s, noon));
}

TEST(LoginDelay, HasALimit)
{
    LoginDelay logins(2);
    logins.signed_in(alice, 60s, noon);
    logins.signed_in(bob, 60s, noon);
    logins.signed_in(carol, 60s, noon + 1s);
    EXPECT_EQ(logins.size(), 2u);
    EXPECT_FALSE(logins.too_soon(carol, 60s, noon + 2s));
    // Those that it has are still renewed.
    logins.signed_in(bob, 60s, noon + 30s);
    EXPECT_TRUE(logins.too_soon(bob, 60s, noon + 89s));
    // Whoever is past the delay makes room.
    logins.signed_in(carol, 60s, noon + 61s);
    EXPECT_EQ(logins.size(), 2u);
    EXPECT_TRUE(logins.too_soon(carol, 60s, noon + 62s));
}

} // namespace
} // namespace pillarbox::pop3

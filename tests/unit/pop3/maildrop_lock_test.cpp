#include "server/pop3/maildrop_lock.hpp"

#include <gtest/gtest.h>

namespace pillarbox::pop3 {
namespace {

using namespace std::chrono_literals;

constexpr MaildropLocks::Maildrop inbox{storage::AccountId{1}, storage::MailboxId{0}};
constexpr MaildropLocks::Maildrop junk{storage::AccountId{1}, storage::MailboxId{5}};
constexpr MaildropLocks::Maildrop of_bob{storage::AccountId{2}, storage::MailboxId{0}};
const MaildropLocks::Time beginning{1000h};

TEST(MaildropLocks, LetsOneInAtATime)
{
    MaildropLocks locks;
    auto first = locks.take(inbox, "phone", beginning);
    ASSERT_TRUE(first);
    EXPECT_FALSE(locks.take(inbox, "phone", beginning));
    EXPECT_FALSE(locks.take(inbox, "desk", beginning));
    EXPECT_TRUE(locks.take(junk, "phone", beginning));
    EXPECT_TRUE(locks.take(of_bob, "phone", beginning));
    first.reset();
    EXPECT_TRUE(locks.take(inbox, "desk", beginning));
}

TEST(MaildropLocks, GoesToTheSameDeviceOnceItsClientIsSilent)
{
    MaildropLocks locks;
    auto first = locks.take(inbox, "phone", beginning);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->renew(beginning + 5s));
    EXPECT_FALSE(locks.take(inbox, "phone", beginning + 14s));
    EXPECT_FALSE(locks.take(inbox, "desk", beginning + 15s));
    auto second = locks.take(inbox, "phone", beginning + 15s);
    ASSERT_TRUE(second);
    EXPECT_FALSE(first->renew(beginning + 16s));
    EXPECT_FALSE(first->keep());

    // What is left of the first one frees nothing.
    first.reset();
    EXPECT_FALSE(locks.take(inbox, "desk", beginning + 16s));
    EXPECT_TRUE(second->renew(beginning + 16s));
    second.reset();
    EXPECT_TRUE(locks.take(inbox, "desk", beginning + 16s));
}

TEST(MaildropLocks, IsNotTakenFromOneThatDeletes)
{
    MaildropLocks locks;
    auto first = locks.take(inbox, "phone", beginning);
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->keep());
    EXPECT_FALSE(locks.take(inbox, "phone", beginning + 1h));
    first.reset();
    EXPECT_TRUE(locks.take(inbox, "phone", beginning + 1h));
}

} // namespace
} // namespace pillarbox::pop3

#include "web/api/undo.hpp"

#include <gtest/gtest.h>

namespace pillarbox::api {
namespace {

constexpr storage::AccountId alice{1};
constexpr storage::AccountId bob{2};

Undo of(std::int64_t message)
{
    Undo undo;
    undo.deleted = {storage::MessageId{message}};
    return undo;
}

TEST(Undoings, GiveEachOutOnceToItsOwner)
{
    Undoings undoings;
    const auto first = undoings.keep(alice, of(1));
    const auto second = undoings.keep(alice, of(2));
    EXPECT_FALSE(undoings.take(bob, first));
    EXPECT_EQ(undoings.take(alice, second)->deleted, of(2).deleted);
    EXPECT_EQ(undoings.take(alice, first)->deleted, of(1).deleted);
    EXPECT_FALSE(undoings.take(alice, first));
    EXPECT_FALSE(undoings.take(alice, ""));
}

TEST(Undoings, KeepTheLastOfEachAccount)
{
    Undoings undoings;
    const auto others = undoings.keep(bob, of(7));
    const auto first = undoings.keep(alice, of(0));
    std::string last;
    for (int i = 1; i <= 20; ++i)
        last = undoings.keep(alice, of(i));
    EXPECT_FALSE(undoings.take(alice, first));
    EXPECT_TRUE(undoings.take(alice, last));
    EXPECT_TRUE(undoings.take(bob, others));
}

TEST(Undoings, AreBoundedTogether)
{
    Undoings undoings;
    Undo large;
    large.deleted.resize(600'000);
    const auto first = undoings.keep(alice, large);
    const auto second = undoings.keep(bob, large);
    const auto third = undoings.keep(bob, of(1));
    EXPECT_FALSE(undoings.take(alice, first));
    EXPECT_TRUE(undoings.take(bob, second));
    EXPECT_TRUE(undoings.take(bob, third));
}

} // namespace
} // namespace pillarbox::api

#include "storage/sqlite/recent_entries.hpp"

#include <gtest/gtest.h>

namespace pillarbox::storage::sqlite {
namespace {

RecentEntries::Entries so_many(std::size_t count)
{
    return std::make_shared<const std::vector<MaildropEntry>>(count);
}

TEST(RecentEntries, AreThoseOfOneMomentOfOneMailbox)
{
    RecentEntries recent;
    EXPECT_FALSE(recent.find(1, 10));
    recent.remember(1, 10, so_many(3));
    ASSERT_TRUE(recent.find(1, 10));
    EXPECT_EQ(recent.find(1, 10)->size(), 3u);
    EXPECT_FALSE(recent.find(1, 11));
    EXPECT_FALSE(recent.find(2, 10));
}

TEST(RecentEntries, GiveWayToNewerOnesOnly)
{
    RecentEntries recent;
    recent.remember(1, 10, so_many(3));
    recent.remember(1, 12, so_many(4));
    recent.remember(1, 11, so_many(5)); // by somebody who was slower
    EXPECT_FALSE(recent.find(1, 10));
    EXPECT_FALSE(recent.find(1, 11));
    EXPECT_EQ(recent.find(1, 12)->size(), 4u);
}

TEST(RecentEntries, HaveALimitAndForgetWhatWasNotAskedForLongest)
{
    RecentEntries recent(2);
    recent.remember(1, 10, so_many(1));
    recent.remember(2, 10, so_many(2));
    EXPECT_TRUE(recent.find(1, 10));
    recent.remember(3, 10, so_many(3));
    EXPECT_TRUE(recent.find(1, 10));
    EXPECT_FALSE(recent.find(2, 10));
    EXPECT_TRUE(recent.find(3, 10));
}

} // namespace
} // namespace pillarbox::storage::sqlite

#include "server/pop3/numbering.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pillarbox::pop3 {
namespace {

using storage::MessageId;
using storage::UniqueId;

Numbering three()
{
    return Numbering({{MessageId{11}, 100, UniqueId("a")},
                      {MessageId{12}, 20, UniqueId("b")},
                      {MessageId{13}, 3, UniqueId("c")}});
}

TEST(Numbering, CountsFromOne)
{
    const Numbering numbering = three();
    EXPECT_EQ(numbering.find(0), nullptr);
    EXPECT_EQ(numbering.find(1)->id, MessageId{11});
    EXPECT_EQ(numbering.find(3)->unique_id.text(), "c");
    EXPECT_EQ(numbering.find(4), nullptr);
    EXPECT_EQ(numbering.find(4294967295u), nullptr);
    EXPECT_EQ(numbering.highest(), 3u);
}

TEST(Numbering, KeepsNumbersWhenMessagesAreMarked)
{
    Numbering numbering = three();
    EXPECT_TRUE(numbering.mark(2));
    EXPECT_EQ(numbering.find(2), nullptr);
    EXPECT_EQ(numbering.find(3)->id, MessageId{13});
    EXPECT_EQ(numbering.count(), 2u);
    EXPECT_EQ(numbering.octets(), 103u);
    EXPECT_EQ(numbering.highest(), 3u);
    EXPECT_EQ(numbering.marked(), std::vector{MessageId{12}});
}

TEST(Numbering, MarksNothingTwice)
{
    Numbering numbering = three();
    EXPECT_TRUE(numbering.mark(1));
    EXPECT_FALSE(numbering.mark(1));
    EXPECT_FALSE(numbering.mark(0));
    EXPECT_FALSE(numbering.mark(4));
    EXPECT_EQ(numbering.count(), 2u);
    EXPECT_EQ(numbering.octets(), 23u);
}

TEST(Numbering, KnowsWhatWasRetrieved)
{
    Numbering numbering = three();
    numbering.retrieved(3);
    numbering.mark(1);
    EXPECT_EQ(numbering.count(), 2u); // it stays until the end
    EXPECT_EQ(numbering.last_accessed(), 3u);
    EXPECT_EQ(numbering.marked(), std::vector{MessageId{11}});
    EXPECT_EQ(numbering.marked_or_retrieved(), (std::vector{MessageId{11}, MessageId{13}}));
    numbering.unmark_all();
    EXPECT_EQ(numbering.marked_or_retrieved(), std::vector{MessageId{13}});
    numbering.mark(3);
    EXPECT_EQ(numbering.marked_or_retrieved(), std::vector{MessageId{13}});
}

TEST(Numbering, UnmarksAll)
{
    Numbering numbering = three();
    numbering.mark(1);
    numbering.mark(3);
    numbering.unmark_all();
    EXPECT_EQ(numbering.count(), 3u);
    EXPECT_EQ(numbering.octets(), 123u);
    EXPECT_TRUE(numbering.marked().empty());
    EXPECT_NE(numbering.find(1), nullptr);
}

TEST(Numbering, KnowsTheHighestNumberAccessed)
{
    Numbering numbering = three();
    EXPECT_EQ(numbering.last_accessed(), 0u);
    numbering.accessed(2);
    numbering.accessed(1);
    EXPECT_EQ(numbering.last_accessed(), 2u);
    numbering.mark(3);
    EXPECT_EQ(numbering.last_accessed(), 3u);
    numbering.unmark_all();
    EXPECT_EQ(numbering.last_accessed(), 0u);
}

TEST(Numbering, AddsSizesBeyond32Bits)
{
    Numbering numbering(
        {{MessageId{1}, 1ull << 33, UniqueId("a")}, {MessageId{2}, 1ull << 33, UniqueId("b")}});
    EXPECT_EQ(numbering.octets(), 1ull << 34);
    numbering.mark(1);
    EXPECT_EQ(numbering.octets(), 1ull << 33);
}

TEST(Numbering, MayBeEmpty)
{
    Numbering numbering({});
    EXPECT_EQ(numbering.count(), 0u);
    EXPECT_EQ(numbering.find(1), nullptr);
    EXPECT_TRUE(numbering.marked().empty());
}

} // namespace
} // namespace pillarbox::pop3

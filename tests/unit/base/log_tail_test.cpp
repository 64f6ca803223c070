#include "server/base/log_tail.hpp"

#include <gtest/gtest.h>

namespace pillarbox {
namespace {

TEST(LogTail, KeepsTheLastLines)
{
    LogTail tail;
    EXPECT_EQ(tail.newest(), 0u);
    EXPECT_TRUE(tail.since(0, 10).empty());
    for (std::size_t i = 1; i <= LogTail::most_lines + 2; ++i)
        tail.add(Log::Level::info, std::to_string(i));
    EXPECT_EQ(tail.newest(), LogTail::most_lines + 2);
    const auto first = tail.since(0, 2);
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].number, 3u);
    EXPECT_EQ(first[0].text, "3");
    EXPECT_EQ(tail.since(tail.newest() - 1, 10).size(), 1u);
    EXPECT_TRUE(tail.since(tail.newest(), 10).empty());
}

TEST(LogTail, IsBoundedInOctetsToo)
{
    LogTail tail;
    for (int i = 0; i < 5; ++i)
        tail.add(Log::Level::warning, std::string(LogTail::most_octets / 3, 'x'));
    EXPECT_EQ(tail.since(0, 10).size(), 3u);
}

TEST(LogTail, TellsWhoWatches)
{
    LogTail tail;
    int told = 0;
    const auto watch = tail.watch([&] { ++told; });
    tail.add(Log::Level::error, "one");
    EXPECT_EQ(told, 1);
    tail.end_watch(watch);
    tail.add(Log::Level::error, "two");
    EXPECT_EQ(told, 1);
}

} // namespace
} // namespace pillarbox

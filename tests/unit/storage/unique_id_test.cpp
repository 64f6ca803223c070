#include "storage/unique_id.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace pillarbox::storage {
namespace {

TEST(UniqueId, IsTheMailboxAndTheUid)
{
    EXPECT_EQ(UniqueId(0x4d, 1).text(), "000000000000004d.1");
    EXPECT_EQ(
        UniqueId(std::numeric_limits<std::uint64_t>::max(), std::numeric_limits<std::uint32_t>::max()).text(),
        "ffffffffffffffff.ffffffff");
}

TEST(UniqueId, OrWhatAnotherServerSaid)
{
    const UniqueId id("UID17-1234");
    std::string text = "7 ";
    id.append_to(text);
    EXPECT_EQ(text, "7 UID17-1234");
}

} // namespace
} // namespace pillarbox::storage

#include "server/admin/quota.hpp"

#include "server/admin/tool.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {

TEST(AdminQuota, IsASizeOrTheWordForNone)
{
    EXPECT_EQ(parse_quota("5G", "default"), 5ull << 30);
    EXPECT_EQ(parse_quota("1000", "none"), 1000u);
    EXPECT_EQ(parse_quota("none", "none"), 0u);
    EXPECT_EQ(parse_quota("8388607T", "none"), 8388607ull << 40);
}

TEST(AdminQuota, RefusesWhatIsNone)
{
    for (const auto* text : {"", "0", "0G", "none", "-1", "5X", "8388608T", "much"})
        EXPECT_THROW(parse_quota(text, "default"), Failed) << text;
}

} // namespace pillarbox::admin

#include "server/admin/until.hpp"

#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {

TEST(Until, IsADayToItsEndOrAMoment)
{
    const auto text = [](const char* given) {
        return format_time(parse_until(given).time_since_epoch().count());
    };
    EXPECT_EQ(text("2026-12-31"), "2027-01-01T00:00:00Z");
    EXPECT_EQ(text("2028-02-29"), "2028-03-01T00:00:00Z");
    EXPECT_EQ(text("2026-12-31T18:30:59Z"), "2026-12-31T18:30:59Z");
}

TEST(Until, MustBeOne)
{
    for (const char* given :
         {"", "tomorrow", "2026-13-01", "2026-02-30", "2026-2-3", "2026/02/03", "2026-12-31T24:00:00Z",
          "2026-12-31T18:30", "2026-12-31T18:30:00", "2026-12-31T18:60:00Z", "2026-12-31 ", "2026-12-3x"})
        EXPECT_THROW(parse_until(given), Failed) << given;
}

} // namespace pillarbox::admin

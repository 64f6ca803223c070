#include "server/transfer/maildir_name.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

namespace flag = storage::flag;

TEST(MaildirName, TellsFlagsAndTime)
{
    struct Case
    {
        std::string_view name;
        std::string_view base;
        std::uint32_t flags;
        std::int64_t delivered; // 0: it does not say
    };
    const Case cases[] = {
        {"1276528487.M364837P9451.host,S=1355:2,FRST", "1276528487.M364837P9451.host,S=1355",
         flag::flagged | flag::answered | flag::seen, 1276528487},
        {"1276528487.M364837P9451.host:2,", "1276528487.M364837P9451.host", 0, 1276528487},
        {"1276528487.x:2,DPab", "1276528487.x", flag::draft, 1276528487},
        {"1276528487.x", "1276528487.x", 0, 1276528487},
        {"1276528487.x:1,S", "1276528487.x", 0, 1276528487},
        {"message", "message", 0, 0},
        {"12.x:2,S", "12.x", flag::seen, 0},
        {"", "", 0, 0},
    };
    for (const auto& [name, base, flags, delivered] : cases) {
        const auto found = parse_maildir_name(name);
        EXPECT_EQ(found.base, base);
        EXPECT_EQ(found.flags, flags) << name;
        ASSERT_EQ(found.delivered.has_value(), delivered != 0) << name;
        if (found.delivered) EXPECT_EQ(found.delivered->time_since_epoch().count(), delivered);
    }
}

TEST(MaildirName, IsReadAsItWasWritten)
{
    const storage::Time received(std::chrono::seconds(1276528487));
    const auto base = maildir_base(storage::MessageId{17}, received, 1355);
    EXPECT_EQ(base, "1276528487.17.pillarbox,S=1355");
    for (std::uint32_t flags = 0; flags < 16; ++flags) {
        const auto name = base + maildir_flags(flags);
        const auto found = parse_maildir_name(name);
        EXPECT_EQ(found.base, base);
        EXPECT_EQ(found.flags, flags);
        EXPECT_EQ(found.delivered, received);
    }
    EXPECT_EQ(maildir_flags(15), ":2,DFRS"); // in the order of the alphabet
}

} // namespace pillarbox::transfer

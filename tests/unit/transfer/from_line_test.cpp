#include "server/transfer/from_line.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

TEST(FromLine, IsReadAsProgramsWriteIt)
{
    struct Case
    {
        std::string_view line;
        std::string_view sender;
        std::int64_t seconds;
    };
    const Case cases[] = {
        {"From alice@example.org Tue Nov 25 17:22:01 2025", "alice@example.org", 1764091321},
        {"From alice@example.org  Tue Nov  4 17:22:01 2025", "alice@example.org", 1762276921},
        {"From - Tue Nov 25 17:22:01 2025", "-", 1764091321},
        {"From alice Tue Nov 25 17:22 2025", "alice", 1764091320},
        {"From alice Tue Nov 25 17:22:01 +0100 2025", "alice", 1764087721},
        {"From alice Tue Nov 25 17:22:01 2025 +0100", "alice", 1764087721},
        {"From alice Tue Nov 25 17:22:01 EST 2025", "alice", 1764109321},
        {"From \"Some One\"@example.org Tue Nov 25 17:22:01 2025", "\"Some One\"@example.org", 1764091321},
        {"From MAILER-DAEMON Thu Jan  1 00:00:00 1970", "MAILER-DAEMON", 0},
        {"From alice Tue, 25 Nov 2025 17:22:01 +0000", "alice", 1764091321},
    };
    for (const auto& [line, sender, seconds] : cases) {
        const auto from = parse_from_line(line);
        ASSERT_TRUE(from) << line;
        EXPECT_EQ(from->sender, sender) << line;
        EXPECT_EQ(from->time.time_since_epoch().count(), seconds) << line;
    }
}

TEST(FromLine, IsTextWithoutADate)
{
    for (const std::string_view line :
         {"From here on it gets worse", "From alice", "From ", "From Tue Nov 25 17:22:01 2025",
          "From alice Tue", "From alice Tue Nov", "From alice Tue Nov 31 17:22:01 2025",
          "from alice Tue Nov 25 17:22:01 2025", "From: alice Tue Nov 25 17:22:01 2025",
          "From the desk on Mon we saw that"})
        EXPECT_FALSE(parse_from_line(line)) << line;
    const std::string date = " Tue Nov 25 17:22:01 2025";
    EXPECT_TRUE(parse_from_line("From " + std::string(900, 'x') + date));
    EXPECT_FALSE(parse_from_line("From " + std::string(1000, 'x') + date));
}

TEST(FromLine, IsWrittenSoThatItCanBeRead)
{
    const std::chrono::sys_seconds time(std::chrono::seconds(1762276921));
    EXPECT_EQ(format_from_line("alice@example.org", time),
              "From alice@example.org Tue Nov  4 17:22:01 2025\n");
    for (const std::string sender : {"", "a b", "a\nb"})
        EXPECT_EQ(format_from_line(sender, time), "From MAILER-DAEMON Tue Nov  4 17:22:01 2025\n") << sender;
    EXPECT_EQ(parse_from_line("From x Thu Jan  1 00:00:00 1970")->time, std::chrono::sys_seconds{});
}

} // namespace pillarbox::transfer

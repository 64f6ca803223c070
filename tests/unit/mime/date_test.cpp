#include "server/mime/date.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {
namespace {

using namespace std::chrono;

std::string shown_date(std::string_view text)
{
    const auto date = parse_date(text);
    return date ? format_date(date->time, date->offset) : "none";
}

TEST(Date, ReadsWhatIsWritten)
{
    struct Case
    {
        std::string_view text;
        std::string_view expected;
    };
    const std::vector<Case> cases{
        // RFC 5322 §3.3 and its appendix
        {"Fri, 21 Nov 1997 09:55:06 -0600", "Fri, 21 Nov 1997 09:55:06 -0600"},
        {"Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)",
         "Thu, 13 Feb 1969 23:32:00 -0330"},
        {"21 Nov 97 09:55:06 GMT", "Fri, 21 Nov 1997 09:55:06 +0000"},
        {" Tue,  5 Mar 2024 00:00:00 +0000 ", "Tue, 5 Mar 2024 00:00:00 +0000"},
        {"Tue, 25 Nov 2025 17:22 +0100", "Tue, 25 Nov 2025 17:22:00 +0100"},
        // obsolete years and zones, RFC 5322 §4.3
        {"1 Jan 49 00:00 UT", "Fri, 1 Jan 2049 00:00:00 +0000"},
        {"1 Jan 50 00:00 UT", "Sun, 1 Jan 1950 00:00:00 +0000"},
        {"1 Jan 125 00:00 UT", "Wed, 1 Jan 2025 00:00:00 +0000"},
        {"1 Jan 2020 12:00 EST", "Wed, 1 Jan 2020 12:00:00 -0500"},
        {"1 Jan 2020 12:00 pdt", "Wed, 1 Jan 2020 12:00:00 -0700"},
        {"1 Jan 2020 12:00 Z", "Wed, 1 Jan 2020 12:00:00 +0000"},
        {"1 Jan 2020 12:00 CEST", "Wed, 1 Jan 2020 12:00:00 +0000"},
        // comments anywhere, nested, quoted, unclosed
        {"(a(b\\)c)d) Wed (x), 1 (y) Jan(z)2020 (q)12:00(r) +0100 (s", "Wed, 1 Jan 2020 12:00:00 +0100"},
        // a wrong day name, case, long names, no comma
        {"Mon, 1 Jan 2020 12:00 +0000", "Wed, 1 Jan 2020 12:00:00 +0000"},
        {"wednesday, 1 JANUARY 2020 12:00 +0000", "Wed, 1 Jan 2020 12:00:00 +0000"},
        {"Wed 1 Jan 2020 12:00:01 +00:30", "Wed, 1 Jan 2020 12:00:01 +0030"},
        // a leap second, no zone, asctime()
        {"Sat, 31 Dec 2016 23:59:60 +0000", "Sun, 1 Jan 2017 00:00:00 +0000"},
        {"1 Jan 2020 12:00:01", "Wed, 1 Jan 2020 12:00:01 +0000"},
        {"Wed Jan  1 12:00:01 2020", "Wed, 1 Jan 2020 12:00:01 +0000"},
        {"Wed Jan  1 12:00:01 EST 2020", "Wed, 1 Jan 2020 12:00:01 -0500"},
        {"Wed Jan  1 12:00:01 2020 +0200", "Wed, 1 Jan 2020 12:00:01 +0200"},
        {"29 Feb 2024 1:02:03 -0000", "Thu, 29 Feb 2024 01:02:03 +0000"},
        // not dates
        {"", "none"},
        {"(only a comment)", "none"},
        {"yesterday", "none"},
        {"29 Feb 2023 12:00 +0000", "none"},
        {"0 Jan 2020 12:00 +0000", "none"},
        {"32 Jan 2020 12:00 +0000", "none"},
        {"1 Foo 2020 12:00 +0000", "none"},
        {"1 Jan 2020 24:00 +0000", "none"},
        {"1 Jan 2020 12:60 +0000", "none"},
        {"1 Jan 2020 12:00:61 +0000", "none"},
        {"1 Jan 2020 12 +0000", "none"},
        {"1 Jan 2020 12:00 +00", "none"},
        {"1 Jan 2020 12:00 +0060", "none"},
        {"1 Jan 20200 12:00 +0000", "none"},
        {"1 Jan 1 12:00 +0000", "none"},
        {"1 Jan 0000 12:00 +0000", "none"},
        {"-1 Jan 2020 12:00 +0000", "none"},
        {"99999999999999999999 Jan 2020 12:00 +0000", "none"},
        {"2020-01-01T12:00:00Z", "none"},
    };
    for (const Case& one : cases)
        EXPECT_EQ(shown_date(one.text), one.expected) << one.text;
}

TEST(Date, IsTheSameMomentInEveryZone)
{
    const auto expected = sys_days{2025y / November / 25} + 17h + 22min + 1s;
    EXPECT_EQ(parse_date("Tue, 25 Nov 2025 17:22:01 +0000")->time, expected);
    EXPECT_EQ(parse_date("Tue, 25 Nov 2025 18:22:01 +0100")->time, expected);
    EXPECT_EQ(parse_date("Wed, 26 Nov 2025 03:07:01 +0945")->time, expected);
    EXPECT_EQ(parse_date("Tue, 25 Nov 2025 12:22:01 EST")->time, expected);
}

TEST(Date, WritesWhatItReads)
{
    for (sys_seconds time = sys_days{1950y / 1 / 1}; time < sys_days{2200y / 1 / 1}; time += 12345679s) {
        const auto again = parse_date(format_date(time, -90min));
        ASSERT_TRUE(again) << format_date(time, -90min);
        EXPECT_EQ(again->time, time);
        EXPECT_EQ(again->offset, -90min);
    }
}

TEST(Date, FinishesHostileInput)
{
    for (const char c : {'(', ')', ' ', ',', '1', 'J', ':', '\\', '+'}) {
        EXPECT_FALSE(parse_date(std::string(2U << 20U, c)));
    }
}

} // namespace
} // namespace pillarbox::mime

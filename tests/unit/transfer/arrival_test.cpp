#include "server/transfer/arrival.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::transfer {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds now(seconds(2'000'000'000));

TEST(Arrival, IsTheNewestReceivedFieldsOrTheDate)
{
    struct Case
    {
        std::string_view head;
        sys_seconds expected;
    };
    const Case cases[] = {
        {"Received: from a by b;\r\n Sun, 9 Sep 2001 01:46:40 +0000\r\nReceived: x; Sat, 1 Jan 2000 00:00:00 "
         "+0000\r\n"
         "Date: Sat, 1 Jan 2000 00:00:00 +0000\r\n\r\n",
         sys_seconds(seconds(1'000'000'000))},
        {"Received: with no date\r\nDate: Sun, 9 Sep 2001 01:46:40 +0000\r\n\r\n",
         sys_seconds(seconds(1'000'000'000))},
        {"Received: a; never\r\nSubject: x\r\n\r\nDate: Sun, 9 Sep 2001 01:46:40 +0000\r\n", now},
        {"Date: Sun, 9 Sep 2101 01:46:40 +0000\r\n\r\n", now}, // nothing comes from the future
        {"", now},
    };
    for (const auto& [head, expected] : cases)
        EXPECT_EQ(arrival_of(head, now), expected) << head;
}

} // namespace

} // namespace pillarbox::transfer

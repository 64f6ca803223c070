#include "server/transfer/progress.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transfer {

using namespace std::chrono_literals;

TEST(Progress, SaysHowFarItIs)
{
    EXPECT_EQ(describe({.messages = 3, .octets = 1'500'000, .done = 1, .total = 3}, 3s),
              "3 messages, 1.5 MB, 33 %, 500.0 kB/s");
    EXPECT_EQ(describe({.messages = 0, .octets = 0}, 0s), "0 messages, 0 octets");
    EXPECT_EQ(describe({.messages = 1, .octets = 999, .done = 9, .total = 3}, 0s),
              "1 messages, 999 octets, 100 %");
    EXPECT_EQ(describe_octets(12'345'678'901.0), "12.3 GB");
}

} // namespace pillarbox::transfer

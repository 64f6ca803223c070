#include "server/smtp/load.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace pillarbox::smtp {
namespace {

TEST(Load, IsHeavyAboveThreeQuarters)
{
    Load load(8);
    std::vector<std::unique_ptr<Load::Counted>> places;
    for (int taken = 1; taken <= 8; ++taken) {
        places.push_back(std::make_unique<Load::Counted>(load));
        EXPECT_EQ(load.heavy(), taken > 6) << taken;
    }
    places.resize(6);
    EXPECT_FALSE(load.heavy());
}

} // namespace
} // namespace pillarbox::smtp

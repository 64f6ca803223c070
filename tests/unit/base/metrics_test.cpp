#include "server/base/log.hpp"
#include "server/base/metrics.hpp"

#include <gtest/gtest.h>

namespace pillarbox {

TEST(Metrics, CountsEveryEventOfTheLog)
{
    Log::configure(Log::Level::error, Log::Format::text);
    Log().info("test.counted");
    Log().info("test.counted");
    EXPECT_NE(metrics::text().find("pillarbox_events_total{event=\"test.counted\"} 2"), std::string::npos);
}

TEST(Metrics, AsksGaugesWhenRead)
{
    double value = 1;
    metrics::add_gauge("test_gauge", "For this test.", {{"of", "this"}}, [&] { return value; });
    EXPECT_NE(metrics::text().find("pillarbox_test_gauge{of=\"this\"} 1"), std::string::npos);
    value = 2;
    EXPECT_NE(metrics::text().find("pillarbox_test_gauge{of=\"this\"} 2"), std::string::npos);
    metrics::clear_gauges();
    EXPECT_EQ(metrics::text().find("pillarbox_test_gauge{of=\"this\"} 2"), std::string::npos);
}

} // namespace pillarbox

#include "server/base/log.hpp"

#include <gtest/gtest.h>

namespace pillarbox {

namespace {

std::string written(Log::Format format, const Log& log, std::string_view event, Log::Fields fields)
{
    Log::configure(Log::Level::info, format);
    testing::internal::CaptureStderr();
    log.info(event, fields);
    return testing::internal::GetCapturedStderr();
}

/// Without the time in front.
std::string text(const Log& log, std::string_view event, Log::Fields fields)
{
    return written(Log::Format::text, log, event, fields).substr(sizeof "2026-01-01T00:00:00.000Z");
}

} // namespace

TEST(Log, WritesOneEventALine)
{
    Log::configure(Log::Level::info, Log::Format::text);
    const Log session = Log().with({"session", "k3f9q2"}).with({"peer", "192.0.2.7"});
    EXPECT_EQ(text(session, "pop3.login", {{"user", "alice"}, {"messages", 3}, {"tls", true}}),
              "info pop3.login session=k3f9q2 peer=192.0.2.7 user=alice messages=3 tls=true\n");
}

TEST(Log, NothingFromAPeerEndsALine)
{
    EXPECT_EQ(text({}, "x.y", {{"helo", "a\r\nforged\x1b[2J \"q\" \xc3\xa4"}}),
              "info x.y helo=\"a\\u000d\\u000aforged\\u001b[2J \\\"q\\\" \\u00c3\\u00a4\"\n");
    EXPECT_EQ(text({}, "x.y", {{"empty", ""}, {"k", "a=b"}}), "info x.y empty=\"\" k=\"a=b\"\n");
    EXPECT_LT(text({}, "x.y", {{"long", std::string(100'000, 'a')}}).size(), 600u);
}

TEST(Log, WritesJsonForMachines)
{
    Log::configure(Log::Level::info, Log::Format::json);
    const Log session = Log().with({"session", "k3f9q2"});
    const auto line = written(Log::Format::json, session, "smtp.message", {{"size", 12}, {"from", "a\"b"}});
    EXPECT_EQ(line.substr(line.find(",\"level\"")),
              ",\"level\":\"info\",\"event\":\"smtp.message\",\"session\":\"k3f9q2\",\"size\":12,\"from\":"
              "\"a\\\"b\"}\n");
}

TEST(Log, KeepsQuietBelowItsLevel)
{
    Log::configure(Log::Level::warning, Log::Format::text);
    testing::internal::CaptureStderr();
    Log().info("x.y");
    Log().warning("x.z");
    const auto out = testing::internal::GetCapturedStderr();
    EXPECT_EQ(out.find("x.y"), std::string::npos);
    EXPECT_NE(out.find("x.z"), std::string::npos);
}

} // namespace pillarbox

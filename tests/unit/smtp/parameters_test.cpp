#include "server/smtp/parameters.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace pillarbox::smtp {
namespace {

using namespace std::string_literals;
namespace notify = storage::notify;

TEST(ParseNotify, TakesNeverOrAListOfTheOthers)
{
    EXPECT_EQ(parse_notify("NEVER"), notify::never);
    EXPECT_EQ(parse_notify("success"), notify::success);
    EXPECT_EQ(parse_notify("FAILURE,Delay"), notify::failure | notify::delay);
    EXPECT_EQ(parse_notify("DELAY,SUCCESS,FAILURE"), notify::failure | notify::delay | notify::success);
    EXPECT_EQ(parse_notify("DELAY,DELAY"), notify::delay);
    for (const std::string_view value : {"", ",", "NEVER,SUCCESS", "SUCCESS,NEVER", "SUCCESS,", ",SUCCESS",
                                         "SUCCESS,,DELAY", "ALWAYS", "SUCCESS;DELAY", "NEVER,"})
        EXPECT_FALSE(parse_notify(value)) << value;
}

TEST(ParseEnvelopeId, TakesAHundredCharactersOfXtext)
{
    for (const std::string& value : {"1"s, "QQ314159"s, "a+20b"s, std::string(100, 'x')})
        EXPECT_EQ(parse_envelope_id(value), value);
    for (const std::string& value :
         {""s, std::string(101, 'x'), "a+"s, "a+2b"s, "a=b"s, "+00"s, "+7F"s, "a+0D+0Ab"s, "+C3+BC"s})
        EXPECT_FALSE(parse_envelope_id(value)) << value;
}

TEST(ParseOriginalRecipient, TakesATypeAndAnAddress)
{
    for (const std::string& value :
         {"rfc822;Bob@Example.Test"s, "RFC822;bob+2Blists@example.test"s, "x400;/c+3Dus"s,
          "utf-8;gr\\x{FC}n@example.test"s, "utf-8;bob@example.test"s, "rfc822;" + std::string(493, 'x')})
        EXPECT_EQ(parse_original_recipient(value), value) << value;
    for (const std::string& value :
         {""s, ";"s, "rfc822"s, "rfc822;"s, ";bob@example.test"s, "bob@example.test"s, "rfc 822;bob"s,
          "rfc822;bob+"s, "rfc822;bob+0A"s, "rfc822;gr+C3+BCn"s, "utf-8;"s, "utf-8;gr+C3+BCn"s,
          "utf-8;gr\\x{fc}n"s, "rfc822;" + std::string(494, 'x')})
        EXPECT_FALSE(parse_original_recipient(value)) << value;
}

TEST(ParseInterval, TakesNineDigits)
{
    EXPECT_EQ(parse_interval("0"), std::chrono::seconds(0));
    EXPECT_EQ(parse_interval("999999999"), std::chrono::seconds(999'999'999));
    for (const std::string_view value : {"", "-1", "+1", "1.5", "1h", "1000000000"})
        EXPECT_FALSE(parse_interval(value)) << value;
}

TEST(ParseDateTime, TakesWhatRfc3339Has)
{
    using namespace std::chrono;
    constexpr auto noon = sys_days(2026y / November / 29) + 12h;
    for (const std::string_view value :
         {"2026-11-29T12:00:00Z", "2026-11-29t12:00:00z", "2026-11-29T12:00:00.999Z",
          "2026-11-29T12:00:00+00:00", "2026-11-29T12:00:00-00:00", "2026-11-29T13:30:00+01:30",
          "2026-11-29T03:15:00-08:45"})
        EXPECT_EQ(parse_date_time(value), noon) << value;
    EXPECT_EQ(parse_date_time("2024-02-29T23:59:60Z"), sys_days(2024y / March / 1) + 0s);
    for (const std::string_view value :
         {"", "2026-11-29", "2026-11-29T12:00:00", "2026-11-29T12:00Z", "2026-11-29 12:00:00Z",
          "2026-02-29T12:00:00Z", "2026-13-01T12:00:00Z", "2026-11-00T12:00:00Z", "2026-11-29T24:00:00Z",
          "2026-11-29T12:60:00Z", "2026-11-29T12:00:61Z", "2026-11-29T12:00:00.Z", "2026-11-29T12:00:00+1:00",
          "2026-11-29T12:00:00+0100", "2026-11-29T12:00:00Zx", "26-11-29T12:00:00Z", "+026-11-29T12:00:00Z"})
        EXPECT_FALSE(parse_date_time(value)) << value;
}

TEST(ParseValues, KnowTheirWordsInAnyCase)
{
    EXPECT_EQ(parse_return_content("full"), storage::ReturnContent::full);
    EXPECT_EQ(parse_return_content("HDRS"), storage::ReturnContent::headers);
    EXPECT_FALSE(parse_return_content("HEADERS"));
    EXPECT_EQ(parse_body_kind("7bit"), storage::BodyKind::seven_bit);
    EXPECT_EQ(parse_body_kind("8BITMIME"), storage::BodyKind::eight_bit);
    EXPECT_FALSE(parse_body_kind("8BIT"));
}

} // namespace
} // namespace pillarbox::smtp

#include "server/outbound/report_letter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::outbound {
namespace {

TEST(MailtoAddress, IsOnePlainAddress)
{
    EXPECT_EQ(mailto_address("mailto:a@b.test"), "a@b.test");
    EXPECT_EQ(mailto_address("MAILTO:a%2Bc@b.test?subject=x"), "a+c@b.test");
    for (const auto* none :
         {"https://a@b.test", "mailto:", "mailto:a", "mailto:@b", "mailto:a@", "mailto:a@b,c@d",
          "mailto:a@b%2cc@d", "mailto:a%0d%0aBcc:c@b.test", "mailto:a%2@b.test", "mailto:a%20@b"})
        EXPECT_EQ(mailto_address(none), "") << none;
}

TEST(ReportId, IsTheSameForOneDayAndDomainAlone)
{
    const auto id = report_id(20'000, "example.org", "mail.us.test");
    EXPECT_EQ(id.substr(0, 9), "20241004x");
    EXPECT_EQ(report_id(20'000, "example.org", "mail.us.test"), id);
    EXPECT_NE(report_id(20'001, "example.org", "mail.us.test"), id);
    EXPECT_NE(report_id(20'000, "example.net", "mail.us.test"), id);
    EXPECT_NE(report_id(20'000, "example.org", "mail.them.test"), id);
    for (const char c : id)
        EXPECT_TRUE((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) << id;
}

TEST(ReportLetter, KnowsHowLargeItsFileIs)
{
    for (const std::size_t size : {0u, 1u, 56u, 57u, 58u, 1000u}) {
        ReportLetter letter;
        letter.attachment = std::string(size, 'x');
        ReportLetter empty;
        const auto octets = letter.text("a@b.test", {}).size() - empty.text("a@b.test", {}).size();
        EXPECT_EQ(letter.attachment_octets(), octets) << size;
    }
}

} // namespace
} // namespace pillarbox::outbound

#include "server/mailflow/bounce.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::mailflow {
namespace {

using namespace std::chrono;

constexpr auto noon = sys_days(2026y / November / 29) + 12h;

Report failure()
{
    RecipientReport bob;
    bob.recipient = "bob@elsewhere.example";
    bob.original = "rfc822;bob+2Blists@example.org";
    bob.status = "5.1.1";
    bob.explanation = "There is no such mailbox.";
    bob.remote_mta = "mx.elsewhere.example";
    bob.diagnostic_code = "550 5.1.1 no such user here";
    bob.last_attempt = noon;

    Report report;
    report.reporting_mta = "mail.example.test";
    report.to = "alice@example.test";
    report.id = "k3f9q2";
    report.time = noon + 5s;
    report.envelope_id = "QQ+3D314159";
    report.arrival = noon - 1min;
    report.recipients = {bob};
    report.original = "From: alice@example.test\r\nSubject: tea\r\n\r\nAt five?\r\n";
    return report;
}

/// What lies behind the header section of the n-th part.
std::string part(const std::string& report, std::size_t n)
{
    std::size_t at = 0;
    for (std::size_t i = 0; i < n; ++i)
        at = report.find("\r\n--=_k3f9q2\r\n", at) + 3;
    const auto begin = report.find("\r\n\r\n", at) + 4;
    return report.substr(begin, report.find("\r\n--=_k3f9q2", begin) - begin);
}

bool has(const std::string& text, std::string_view what)
{
    return text.find(what) != std::string::npos;
}

TEST(DeliveryReport, IsAMultipartReport)
{
    const std::string report = delivery_report(failure());
    EXPECT_TRUE(report.starts_with("Date: Sun, 29 Nov 2026 12:00:05 +0000\r\n"
                                   "From: Mail Delivery System <postmaster@mail.example.test>\r\n"
                                   "To: <alice@example.test>\r\n"
                                   "Subject: Your message could not be delivered\r\n"
                                   "Message-ID: <k3f9q2@mail.example.test>\r\n"
                                   "Auto-Submitted: auto-replied\r\n"
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                                   " boundary=\"=_k3f9q2\"\r\n"
                                   "\r\n"))
        << report;
    EXPECT_TRUE(report.ends_with("\r\n--=_k3f9q2--\r\n"));
    EXPECT_TRUE(has(report, "\r\nContent-Type: text/plain; charset=us-ascii\r\n"));
    EXPECT_TRUE(has(report, "\r\nContent-Type: message/delivery-status\r\n"));
    EXPECT_TRUE(has(report, "\r\nContent-Type: text/rfc822-headers\r\n"));
}

TEST(DeliveryReport, TellsProgramsWhatHappened)
{
    EXPECT_EQ(part(delivery_report(failure()), 2), "Original-Envelope-Id: QQ=314159\r\n"
                                                   "Reporting-MTA: dns; mail.example.test\r\n"
                                                   "Arrival-Date: Sun, 29 Nov 2026 11:59:00 +0000\r\n"
                                                   "\r\n"
                                                   "Original-Recipient: rfc822; bob+lists@example.org\r\n"
                                                   "Final-Recipient: rfc822; bob@elsewhere.example\r\n"
                                                   "Action: failed\r\n"
                                                   "Status: 5.1.1\r\n"
                                                   "Remote-MTA: dns; mx.elsewhere.example\r\n"
                                                   "Diagnostic-Code: smtp; 550 5.1.1 no such user here\r\n"
                                                   "Last-Attempt-Date: Sun, 29 Nov 2026 12:00:00 +0000\r\n");
}

TEST(DeliveryReport, SaysByWhenItWasToBeDelivered)
{
    Report late = failure();
    late.deliver_by = noon;
    EXPECT_TRUE(
        has(part(delivery_report(late), 2), "\r\nDeliver-By-Date: Sun, 29 Nov 2026 12:00:00 +0000\r\n"));
}

TEST(DeliveryReport, TellsPeopleWhatHappened)
{
    const std::string text = part(delivery_report(failure()), 1);
    EXPECT_TRUE(has(text, "the mail server mail.example.test")) << text;
    EXPECT_TRUE(has(text, "could not be delivered")) << text;
    EXPECT_TRUE(has(text, "  <bob@elsewhere.example>\r\n    There is no such mailbox.\r\n")) << text;
    EXPECT_TRUE(has(text, "    The answer of mx.elsewhere.example was: 550 5.1.1 no such user here\r\n"
                          "    There is no such mailbox. Look for a mistake in the address, or ask the\r\n"
                          "    recipient for the new one.\r\n"))
        << text;
}

TEST(DeliveryReport, HasEveryActionAndTheWorstInItsSubject)
{
    struct Case
    {
        Action action;
        std::string_view name;
        std::string_view subject;
    };
    for (const Case& c : {Case{Action::delayed, "delayed", "is delayed"},
                          Case{Action::delivered, "delivered", "was delivered"},
                          Case{Action::relayed, "relayed", "was passed on"},
                          Case{Action::expanded, "expanded", "was passed on to several people"}}) {
        Report report = failure();
        report.recipients.front().action = c.action;
        const std::string alone = delivery_report(report);
        EXPECT_TRUE(has(alone, "\r\nAction: " + std::string(c.name) + "\r\n")) << c.name;
        EXPECT_TRUE(has(alone, "\r\nSubject: Your message " + std::string(c.subject) + "\r\n")) << c.name;

        report.recipients.push_back(failure().recipients.front());
        EXPECT_TRUE(has(delivery_report(report), "\r\nSubject: Your message could not be delivered\r\n"));
    }
}

TEST(DeliveryReport, ReturnsAsMuchAsIsAskedFor)
{
    Report report = failure();
    EXPECT_EQ(part(delivery_report(report), 3), "From: alice@example.test\r\nSubject: tea\r\n");

    report.returned = Returned::whole;
    const std::string whole = delivery_report(report);
    EXPECT_TRUE(has(whole, "\r\nContent-Type: message/rfc822\r\n"));
    EXPECT_EQ(part(whole, 3), report.original);

    report.returned = Returned::nothing;
    EXPECT_FALSE(has(delivery_report(report), "Subject: tea"));
    EXPECT_FALSE(has(delivery_report(report), "rfc822-headers"));

    report.returned = Returned::header;
    report.original = "\r\nno header section\r\n";
    EXPECT_FALSE(has(delivery_report(report), "rfc822-headers"));
}

TEST(DeliveryReport, SaysThatWhatItReturnsIsNotSevenBit)
{
    Report report = failure();
    EXPECT_FALSE(has(delivery_report(report), "Content-Transfer-Encoding"));
    report.original = "Subject: th\xc3\xa9\r\n\r\n";
    EXPECT_TRUE(has(delivery_report(report),
                    "Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: "));
}

TEST(DeliveryReport, HoldsUtf8WhereTheMessageDid)
{
    Report report = failure();
    report.recipients.front().recipient = "gr\xc3\xbcn@elsewhere.example";
    report.recipients.front().original = "utf-8;gr\\x{FC}n@elsewhere.example";
    report.recipients.front().diagnostic_code = "550 5.1.1 gr\xc3\xbcn?";
    const std::string seven_bit = part(delivery_report(report), 2);
    EXPECT_TRUE(has(seven_bit, "Original-Recipient: utf-8; gr\\x{FC}n@elsewhere.example\r\n")) << seven_bit;
    EXPECT_TRUE(has(seven_bit, "Final-Recipient: utf-8; gr\\x{FC}n@elsewhere.example\r\n")) << seven_bit;
    EXPECT_TRUE(has(seven_bit, "550 5.1.1 gr??n?\r\n")) << seven_bit;

    report.smtputf8 = true;
    const std::string utf8 = delivery_report(report);
    EXPECT_TRUE(has(utf8, "Content-Type: message/global-delivery-status\r\n"
                          "Content-Transfer-Encoding: 8bit\r\n"));
    EXPECT_TRUE(has(utf8, "Content-Type: message/global-headers\r\n"));
    EXPECT_TRUE(has(utf8, "Final-Recipient: utf-8; gr\xc3\xbcn@elsewhere.example\r\n"));
    EXPECT_TRUE(has(utf8, "550 5.1.1 gr\xc3\xbcn?\r\n"));
}

TEST(DeliveryReport, IsNotBrokenByWhatOthersSaid)
{
    Report report = failure();
    RecipientReport& bob = report.recipients.front();
    bob.diagnostic_code = "550-no\r\n550 \x1b[2J\r\nBcc: x@y\r\n" + std::string(5000, 'w');
    bob.remote_mta = "mx\r\nBcc: x@y";
    bob.original = "rfc822;a+0D+0ABcc:+20x@y";
    bob.explanation = "said\r\n\r\n--=_k3f9q2--";
    report.envelope_id = "+0D+0ABcc:+20x@y";
    const std::string text = delivery_report(report);
    EXPECT_FALSE(has(text, "\r\nBcc:"));
    EXPECT_FALSE(has(text, "\x1b"));
    EXPECT_TRUE(has(text, "Original-Envelope-Id: +0D+0ABcc:+20x@y\r\n"));
    EXPECT_TRUE(has(text, "Original-Recipient: rfc822; a+0D+0ABcc:+20x@y\r\n"));
    std::size_t from = 0;
    for (std::size_t end = 0; (end = text.find("\r\n", from)) != std::string::npos; from = end + 2)
        EXPECT_LE(end - from, 1100u); // the one word that cannot be folded
    EXPECT_LT(text.size(), 6000u);
}

} // namespace
} // namespace pillarbox::mailflow

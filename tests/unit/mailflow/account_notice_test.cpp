#include "server/mailflow/account_notice.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

TEST(AccountNotice, SaysWhatWasDoneAndFromWhere)
{
    AccountNotice notice;
    notice.address = "alice@example.org";
    notice.hostname = "mail.example.org";
    notice.id = "abc";
    notice.time = std::chrono::sys_seconds(std::chrono::seconds(1'764'072'000));
    notice.subject = "Your password was changed";
    notice.peer = "192.0.2.7";
    const auto text = account_notice(notice);
    const std::string head = "Date: Tue, 25 Nov 2025 12:00:00 +0000\r\n"
                             "From: Pillarbox <postmaster@example.org>\r\n"
                             "To: alice@example.org\r\n"
                             "Subject: Your password was changed\r\n"
                             "Message-ID: <abc@mail.example.org>\r\n";
    EXPECT_EQ(text.substr(0, head.size()), head);
    const std::string body = "\r\n\r\nYour password was changed, on mail.example.org.\r\n\r\n"
                             "  When       Tue, 25 Nov 2025 12:00:00 +0000\r\n"
                             "  From       192.0.2.7\r\n\r\nIf that was you";
    EXPECT_NE(text.find(body), std::string::npos) << text;

    notice.detail = "It is called Küche.";
    notice.agent = "Firefox";
    const auto more = account_notice(notice);
    EXPECT_NE(more.find("example.org.\r\nIt is called Küche.\r\n\r\n  When"), std::string::npos) << more;
    EXPECT_NE(more.find("7\r\n  With       Firefox\r\n\r\n"), std::string::npos) << more;
}

} // namespace
} // namespace pillarbox::mailflow

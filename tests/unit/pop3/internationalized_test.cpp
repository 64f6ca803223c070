#include "server/pop3/internationalized.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::pop3 {
namespace {

const std::string ours = "Return-Path: <a@b.test>\r\n"
                         "Received: from client.example ([192.0.2.1])\r\n"
                         "    by mail.example.test (Pillarbox) with UTF8SMTPS\r\n"
                         "    id x; Thu, 1 Jan 1970 00:00:00 +0000\r\n";
const std::string plain = "Received: from client.example with ESMTP id x; Thu, 1 Jan 1970 00:00:00 +0000\r\n";

TEST(Internationalized, IsWhatCameWithSmtputf8AndNeedsIt)
{
    EXPECT_TRUE(is_internationalized(ours + "Subject: Grüße\r\n\r\ntext"));
    EXPECT_TRUE(is_internationalized(ours + "Subject: Grüße")); // cut off
    EXPECT_TRUE(is_internationalized("Return-Path: <jürgen@b.test>\r\n" + ours + "\r\n"));
}

TEST(Internationalized, IsNothingElse)
{
    EXPECT_FALSE(is_internationalized(""));
    EXPECT_FALSE(is_internationalized("\xc3\xbc"));
    EXPECT_FALSE(is_internationalized("Subject: Grüße\r\n\r\ntext"));
    EXPECT_FALSE(is_internationalized(ours + "Subject: x\r\n\r\nGrüße"));
    EXPECT_FALSE(is_internationalized(plain + "Subject: Grüße\r\n\r\n"));
    // What came before it reached us says nothing about what we were told.
    EXPECT_FALSE(is_internationalized(plain + ours + "Subject: Grüße\r\n\r\n"));
    EXPECT_FALSE(is_internationalized("Subject: Grüße with UTF8SMTP\r\n" + plain + "\r\n"));
}

} // namespace
} // namespace pillarbox::pop3

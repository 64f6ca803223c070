#include "server/mailflow/authentication.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

std::optional<Authentication> found(std::string_view head)
{
    return authentication_of(mime::Header(head), "mail.example.org");
}

TEST(AuthenticationOf, ReadsOurField)
{
    EXPECT_EQ(found("Return-Path: <a@example.net>\r\n"
                    "Authentication-Results: mail.example.org;\r\n"
                    "    spf=softfail smtp.mailfrom=example.net;\r\n"
                    "    dkim=fail reason=\"x; dkim=pass\" header.d=a.test;\r\n"
                    "    dkim=pass header.d=example.net;\r\n"
                    "    dkim=permerror;\r\n"
                    "    dmarc=pass header.from=example.net policy.dmarc=reject\r\n"
                    "Received: x\r\n\r\n"),
              (Authentication{"softfail", "pass", "pass", "example.net"}));
    EXPECT_EQ(found("Authentication-Results: mail.example.org; dkim=none; dmarc=none\r\n\r\n"),
              (Authentication{"", "none", "none", ""}));
}

TEST(AuthenticationOf, BelievesNobodyElse)
{
    EXPECT_FALSE(found("Received: x\r\nAuthentication-Results: mail.example.org; dmarc=pass\r\n\r\n"));
    EXPECT_FALSE(found("Authentication-Results: mail.example.net; dmarc=pass\r\n\r\n"));
    EXPECT_FALSE(found("Subject: x\r\n\r\nAuthentication-Results: mail.example.org; dmarc=pass\r\n"));
}

} // namespace
} // namespace pillarbox::mailflow

#include "server/smtp/shown.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::smtp {
namespace {

std::string show(std::string_view text, net::Line::Fault fault = net::Line::Fault::none)
{
    const net::Line line{text, fault};
    const net::Shown what = shown(line, parse_command(line));
    std::string all(what.text);
    if (!what.withheld.empty()) all += (all.empty() ? "<" : " <") + std::string(what.withheld) + '>';
    return all;
}

TEST(SmtpShown, CommandsAsTheyCame)
{
    for (const char* line : {"EHLO client.example",
                             "helo [192.0.2.7]",
                             "EHLO",
                             "MAIL FROM:<alice@example.org> SIZE=10 BODY=8BITMIME",
                             "mail from: <a@b>",
                             "MAIL FROM:<>",
                             "RCPT TO:<bob@example.org>",
                             "rcpt  to:<bob>",
                             "DATA",
                             "BDAT 86 LAST",
                             "bdat 0",
                             "data ",
                             "RSET",
                             "NOOP",
                             "VRFY",
                             "EXPN",
                             "HELP",
                             "QUIT",
                             "STARTTLS",
                             "AUTH",
                             "AUTH PLAIN",
                             "auth cram-md5"})
        EXPECT_EQ(show(line), line);
}

TEST(SmtpShown, SecretsAreWithheldInEveryForm)
{
    struct Case
    {
        const char* line;
        const char* shown;
    };
    for (const Case& c : {
             Case{"AUTH PLAIN AGFsaWNlAGh1bnRlcjI=", "AUTH PLAIN <secret>"},
             Case{"auth   plain   AGFsaWNlAGh1bnRlcjI= ", "auth   plain <secret>"},
             Case{"AUTH PLAIN =", "AUTH PLAIN <secret>"},
             Case{"AUTH LOGIN YWxpY2U=", "AUTH LOGIN <secret>"},
             Case{"AUTH XOAUTH2 dXNlcj1h", "AUTH XOAUTH2 <secret>"},
             Case{"AUTH AGFsaWNlAGh1bnRlcjI=", "AUTH <no mechanism>"},
             Case{"AUTH hunter2 PLAIN", "AUTH <no mechanism>"},
             Case{"AUTH=PLAIN AGFsaWNlAGh1bnRlcjI=", "<no command>"},
             Case{"AGFsaWNlAGh1bnRlcjI=", "<no command>"},
             Case{"BDAT hunter2", "BDAT <something else>"},
             Case{"BDAT 7 hunter2", "BDAT <something else>"},
             Case{"BDAThunter2\x01", "BDAT <something else>"},
             Case{"hunter2", "<no command>"},
             Case{"PASS hunter2", "<no command>"},
             Case{" AUTH PLAIN AGFsaWNlAGh1bnRlcjI=", "<no command>"},
             Case{"*", "<no command>"},
             Case{"", "<no command>"},
             Case{"EHLO hunter2@example.org", "EHLO <something else>"},
             Case{"EHLO a hunter2", "EHLO <something else>"},
             Case{"MAIL hunter2", "MAIL <something else>"},
             Case{"RCPT hunter2", "RCPT <something else>"},
             Case{"NOOP hunter2", "NOOP <something else>"},
             Case{"VRFY hunter2", "VRFY <something else>"},
             Case{"QUIT hunter2", "QUIT <something else>"},
             Case{"STARTTLS hunter2", "STARTTLS <something else>"},
             Case{"GET /?password=hunter2 HTTP/1.1", "GET <HTTP>"},
             Case{"AUTH\tPLAIN AGFsaWNlAGh1bnRlcjI=", "<a line with octets that no command has>"},
             Case{"AUTH PLAIN h\xc3\xbcnter", "<a line with octets that no command has>"},
             Case{"AUTH PLAIN hunter2\rQUIT", "<a line with octets that no command has>"},
         })
        EXPECT_EQ(show(c.line), c.shown) << c.line;
}

TEST(SmtpShown, FaultyLinesAreWithheld)
{
    using Fault = net::Line::Fault;
    EXPECT_EQ(show("AUTH PLAIN hunter2", Fault::bare_lf), "<a line that ends in LF alone>");
    EXPECT_EQ(show("NOOP", Fault::nul_octet), "<a line with NUL>");
    EXPECT_EQ(show("", Fault::too_long), "<a line that is too long>");
}

} // namespace
} // namespace pillarbox::smtp

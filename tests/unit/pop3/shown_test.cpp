#include "server/pop3/shown.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::pop3 {
namespace {

std::string show(std::string_view text, net::Line::Fault fault = net::Line::Fault::none)
{
    const net::Line line{text, fault};
    const net::Shown what = shown(line, parse_command(line));
    std::string all(what.text);
    if (!what.withheld.empty()) all += (all.empty() ? "<" : " <") + std::string(what.withheld) + '>';
    return all;
}

TEST(Pop3Shown, CommandsAsTheyCame)
{
    for (const char* line : {"USER alice", "user  alice@example.org ",
                             "CAPA",       "capa",
                             "STLS",       "UTF8",
                             "STAT",       "LIST",
                             "LIST 1",     "list  2 ",
                             "RETR 3",     "DELE 4294967296",
                             "TOP 1 0",    "UIDL",
                             "UIDL 1",     "LAST",
                             "NOOP",       "RSET",
                             "QUIT",       "LANG",
                             "LANG de",    "LANG *",
                             "lang de-AT", "AUTH",
                             "AUTH PLAIN", "auth scram-sha-256",
                             "AUTH LOGIN "})
        EXPECT_EQ(show(line), line);
}

TEST(Pop3Shown, SecretsAreWithheldInEveryForm)
{
    struct Case
    {
        const char* line;
        const char* shown;
    };
    for (const Case& c : {
             Case{"PASS hunter2", "PASS <secret>"},
             Case{"pass hunter2", "pass <secret>"},
             Case{"PaSs  hunter2 ", "PaSs <secret>"},
             Case{"PASS hunter2 and more", "PASS <secret>"},
             Case{"PASS \xc3\xa9\x01hunter2", "PASS <secret>"},
             Case{"PASS", "PASS"},
             Case{"PASS ", "PASS "},
             Case{"APOP alice c4c9334bac560ecc979e58001b3e22fb", "APOP alice <secret>"},
             Case{"apop  alice  c4c9334bac560ecc979e58001b3e22fb", "apop  alice <secret>"},
             Case{"APOP alice C4C9334BAC560ECC979E58001B3E22FB", "APOP <something else>"},
             Case{"APOP alice hunter2", "APOP <something else>"},
             Case{"APOP c4c9334bac560ecc979e58001b3e22fb", "APOP <something else>"},
             Case{"AUTH PLAIN AGFsaWNlAGh1bnRlcjI=", "AUTH PLAIN <secret>"},
             Case{"auth  plain  AGFsaWNlAGh1bnRlcjI=", "auth  plain <secret>"},
             Case{"AUTH PLAIN =", "AUTH PLAIN <secret>"},
             Case{"AUTH LOGIN YWxpY2U=", "AUTH LOGIN <secret>"},
             Case{"AUTH XOAUTH2 dXNlcj1h", "AUTH XOAUTH2 <secret>"},
             Case{"AUTH AGFsaWNlAGh1bnRlcjI=", "AUTH <no mechanism>"},
             Case{"AUTH hunter2 PLAIN", "AUTH <no mechanism>"},
             Case{"USER alice hunter2", "USER <a name with spaces>"},
             Case{"USER", "USER"},
             Case{"LANG hunter2", "LANG <no language>"},
             Case{"LANG de-hunter2", "LANG <no language>"},
             Case{"STAT hunter2", "STAT <something else>"},
             Case{"RETR hunter2", "RETR <something else>"},
             Case{"LIST 1 hunter2", "LIST <something else>"},
             Case{"QUIT hunter2", "QUIT <something else>"},
             Case{"AGFsaWNlAGh1bnRlcjI=", "<no command>"},
             Case{"hunter2", "<no command>"},
             Case{" PASS hunter2", "<no command>"},
             Case{"PASS\thunter2", "<no command>"},
             Case{"PASShunter2", "<no command>"},
             Case{"XTND hunter2", "<no command>"},
             Case{"", "<no command>"},
             Case{"*", "<no command>"},
             Case{"PASS hunter2\rQUIT", "PASS <something else>"},
             Case{"hunter2\rQUIT", "<no command>"},
         })
        EXPECT_EQ(show(c.line), c.shown) << c.line;
}

TEST(Pop3Shown, FaultyLinesAreWithheld)
{
    using Fault = net::Line::Fault;
    EXPECT_EQ(show("PASS hunter2", Fault::bare_lf), "<a line that ends in LF alone>");
    EXPECT_EQ(show("STAT", Fault::nul_octet), "<a line with NUL>");
    EXPECT_EQ(show("", Fault::too_long), "<a line that is too long>");
}

} // namespace
} // namespace pillarbox::pop3

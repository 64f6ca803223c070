#include "server/smtp/command.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::smtp {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using LineFault = net::Line::Fault;

TEST(ParseCommand, KnowsVerbsInAnyCase)
{
    struct Case
    {
        std::string_view line;
        Verb verb;
        std::string_view argument;
    };
    const std::vector<Case> table{
        {"EHLO client.example", Verb::ehlo, "client.example"},
        {"ehlo client.example", Verb::ehlo, "client.example"},
        {"HeLo x", Verb::helo, "x"},
        {"MAIL FROM:<a@b.test> SIZE=3", Verb::mail, "FROM:<a@b.test> SIZE=3"},
        {"mail from:<gr\xc3\xbc@b.test>", Verb::mail, "from:<gr\xc3\xbc@b.test>"},
        {"RCPT  TO:<a@b.test>", Verb::rcpt, "TO:<a@b.test>"},
        {"DATA", Verb::data, ""},
        {"DATA   ", Verb::data, ""}, // RFC 5321 §4.1.1: trailing white space
        {"DATA x", Verb::data, "x"},
        {"RSET", Verb::rset, ""},
        {"NOOP anything at all", Verb::noop, "anything at all"},
        {"VRFY alice", Verb::vrfy, "alice"},
        {"EXPN list", Verb::expn, "list"},
        {"HELP", Verb::help, ""},
        {"QUIT", Verb::quit, ""},
        {"STARTTLS", Verb::starttls, ""},
        {"AUTH PLAIN AGEAYg==", Verb::auth, "PLAIN AGEAYg=="},
        {"GET / HTTP/1.1", Verb::http, "/ HTTP/1.1"},
        {"POST / HTTP/1.1", Verb::http, "/ HTTP/1.1"},
        {"PRI * HTTP/2.0", Verb::http, "* HTTP/2.0"},
        {"", Verb::unknown, ""},
        {"   ", Verb::unknown, ""},
        {" QUIT", Verb::unknown, ""},
        {"QUITS", Verb::unknown, ""},
        {"EHLO", Verb::ehlo, ""},
        {"EHLOclient", Verb::unknown, ""},
        {"BDAT 3 LAST", Verb::bdat, "3 LAST"},
        {"MAILFROM:<a@b.test>", Verb::unknown, ""},
    };
    for (const Case& c : table) {
        const Command command = parse_command({c.line, LineFault::none});
        EXPECT_EQ(command.verb, c.verb) << c.line;
        EXPECT_EQ(command.argument, c.argument) << c.line;
    }
}

TEST(ParseCommand, KnowsABdatThatIsWrongForABdat)
{
    // Behind it a chunk may follow, which must not be taken for commands.
    const std::vector<net::Line> table{
        {"BDAT 3", LineFault::bare_lf},   {"bdat 3\0"sv, LineFault::nul_octet},
        {"BDAT 3 \x01", LineFault::none}, {"BDAT 3 LAST\r", LineFault::none},
        {"BDAT \xff", LineFault::none},
    };
    for (const net::Line& line : table) {
        const Command command = parse_command(line);
        EXPECT_EQ(command.verb, Verb::bdat) << testing::PrintToString(line.text);
        EXPECT_FALSE(parse_bdat(command.argument)) << testing::PrintToString(line.text);
    }
}

TEST(ParseBdat, TakesASizeAndAMarker)
{
    struct Case
    {
        std::string_view argument;
        std::uint64_t octets;
        bool last;
    };
    for (const Case& c : {Case{"0", 0, false}, Case{"0 LAST", 0, true}, Case{"86 last", 86, true},
                          Case{"86  Last", 86, true}, Case{"007", 7, false},
                          Case{"18446744073709551615", std::numeric_limits<std::uint64_t>::max(), false}}) {
        const auto chunk = parse_bdat(c.argument);
        ASSERT_TRUE(chunk) << c.argument;
        EXPECT_EQ(chunk->octets, c.octets) << c.argument;
        EXPECT_EQ(chunk->last, c.last) << c.argument;
    }
    for (const std::string_view bad : {"", "LAST", "-1", "+1", "1x", "0x10", "1 LASTS", "1 LAST LAST", "1 2",
                                       "1.0", "18446744073709551616"}) {
        EXPECT_FALSE(parse_bdat(bad)) << bad;
    }
}

TEST(ParseCommand, RefusesLinesThatAreWrongInThemselves)
{
    for (const LineFault fault : {LineFault::too_long, LineFault::bare_lf, LineFault::nul_octet}) {
        const Command command = parse_command({"QUIT", fault});
        EXPECT_EQ(command.verb, Verb::malformed);
        EXPECT_EQ(command.refusal.code, 500);
    }
    for (const std::string& line : {"QUIT\r"s, "NOOP\t"s, "MAIL\tFROM:<a@b.test>"s, "\x16\x03\x01"s,
                                    "NOOP \x7f"s, "NOOP \x80"s, "EHLO \xff"s, "NOOP \x1b[2J"s, "\xc3\xa9"s}) {
        const Command command = parse_command({line, LineFault::none});
        EXPECT_EQ(command.verb, Verb::malformed) << testing::PrintToString(line);
        EXPECT_EQ(command.refusal.code, 500) << testing::PrintToString(line);
    }
}

TEST(ParseMail, ReadsPathAndParameters)
{
    struct Case
    {
        std::string_view argument;
        std::string sender;
        std::uint64_t size;
    };
    const std::vector<Case> table{
        {"FROM:<a@b.test>", "a@b.test", 0},
        {"from:<a@b.test>", "a@b.test", 0},
        {"FROM: <a@b.test>", "a@b.test", 0},
        {"FROM:<>", "", 0},
        {"FROM:<> SIZE=100", "", 100},
        {"FROM:<a@b.test> SIZE=0", "a@b.test", 0},
        {"FROM:<a@b.test> size=12 body=8bitmime", "a@b.test", 12},
        {"FROM:<a@b.test>   BODY=7BIT   SIZE=1 ", "a@b.test", 1},
        {"FROM:<a@b.test> SIZE=18446744073709551615", "a@b.test", 18446744073709551615u},
        {"FROM:<a@b.test> SIZE=99999999999999999999", "a@b.test", std::numeric_limits<std::uint64_t>::max()},
    };
    for (const Case& c : table) {
        const auto mail = parse_mail(c.argument, {});
        ASSERT_TRUE(mail) << c.argument;
        EXPECT_EQ(mail->reverse_path.address(), c.sender) << c.argument;
        EXPECT_EQ(mail->size, c.size) << c.argument;
    }
}

TEST(ParseMail, KnowsABinaryBody)
{
    EXPECT_TRUE(parse_mail("FROM:<a@b.test> BODY=BINARYMIME", {})->binary);
    EXPECT_TRUE(parse_mail("FROM:<a@b.test> SIZE=1 body=binarymime", {})->binary);
    EXPECT_FALSE(parse_mail("FROM:<a@b.test> BODY=8BITMIME", {})->binary);
    EXPECT_FALSE(parse_mail("FROM:<a@b.test>", {})->binary);
}

TEST(ParseMail, RefusesWhatIsWrong)
{
    struct Case
    {
        std::string_view argument;
        int code;
        std::string_view status;
    };
    const std::vector<Case> table{
        {"", 501, "5.5.4"},
        {"<a@b.test>", 501, "5.5.4"},
        {"TO:<a@b.test>", 501, "5.5.4"},
        {"FROM", 501, "5.5.4"},
        {"FROM :<a@b.test>", 501, "5.5.4"},
        {"FROM:", 501, "5.5.4"},
        {"FROM:a@b.test", 501, "5.5.4"},
        {"FROM:<a@b.test", 501, "5.1.7"},
        {"FROM:<a@b@c.test>", 501, "5.1.7"},
        {"FROM:<gr\xc3\xbc@b.test>", 550, "5.6.7"},
        {"FROM:<gr\xc3\xbc@b.test> BODY=8BITMIME", 550, "5.6.7"},
        {"FROM:<a@b\xc3\xbc.test>", 550, "5.6.7"},
        {"FROM:<\xff@b.test> SMTPUTF8", 501, "5.1.7"},
        {"FROM:<a@b.test> SMTPUTF8=", 501, "5.5.4"},
        {"FROM:<a@b.test> SMTPUTF8=1", 501, "5.5.4"},
        {"FROM:<a@b.test> SMTPUTF8 SMTPUTF8", 501, "5.5.4"},
        {"FROM:<a@b.test>SIZE=1", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=-1", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=+1", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=1k", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=0x10", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=123456789012345678901", 501, "5.5.4"},
        {"FROM:<a@b.test> SIZE=1 SIZE=1", 501, "5.5.4"},
        {"FROM:<a@b.test> BODY", 501, "5.5.4"},
        {"FROM:<a@b.test> BODY=BINARY", 501, "5.5.4"},
        {"FROM:<a@b.test> BODY=7BIT BODY=7BIT", 501, "5.5.4"},
        {"FROM:<a@b.test> =1", 501, "5.5.4"},
        {"FROM:<a@b.test> -X=1", 501, "5.5.4"},
        {"FROM:<a@b.test> X=a=b", 501, "5.5.4"},
        {"FROM:<a@b.test> X=\xc3\xbc", 501, "5.5.4"},
        {"FROM:<a@b.test> AUTH=<>", 555, "5.5.4"},
        {"FROM:<a@b.test> 1X", 555, "5.5.4"},
    };
    for (const Case& c : table) {
        const auto mail = parse_mail(c.argument, {});
        ASSERT_FALSE(mail) << c.argument;
        EXPECT_EQ(mail.error().code, c.code) << c.argument;
        EXPECT_EQ(mail.error().status, c.status) << c.argument;
    }
}

TEST(ParseMail, TakesRequireTlsUnderTls)
{
    const auto mail = parse_mail("FROM:<a@b.test> requiretls", {.tls = true});
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->parameters.tls, storage::TlsWish::required);
    EXPECT_EQ(parse_mail("FROM:<a@b.test>", {.tls = true})->parameters.tls, storage::TlsWish::unsaid);
    const auto clear = parse_mail("FROM:<a@b.test> REQUIRETLS", {});
    ASSERT_FALSE(clear);
    EXPECT_EQ(clear.error().status, "5.7.10");
    for (const std::string_view parameters : {"REQUIRETLS=1", "REQUIRETLS REQUIRETLS"}) {
        const auto refused = parse_mail("FROM:<a@b.test> " + std::string(parameters), {.tls = true});
        ASSERT_FALSE(refused) << parameters;
        EXPECT_EQ(refused.error().code, 501) << parameters;
    }
}

TEST(ParseMail, TakesATimeToWaitForAtSubmission)
{
    using namespace std::chrono;
    EXPECT_EQ(parse_mail("FROM:<a@b.test> holdfor=90", {.submission = true})->hold_for, 90s);
    EXPECT_EQ(parse_mail("FROM:<a@b.test> HOLDUNTIL=2026-11-29T13:00:00Z", {.submission = true})->hold_until,
              sys_days(2026y / November / 29) + 13h);
    for (const std::string_view parameters :
         {"HOLDFOR", "HOLDFOR=", "HOLDFOR=-1", "HOLDFOR=1h", "HOLDFOR=1 HOLDFOR=1", "HOLDUNTIL=tomorrow",
          "HOLDFOR=1 HOLDUNTIL=2026-11-29T13:00:00Z", "HOLDUNTIL=2026-11-29T13:00:00Z HOLDFOR=1"}) {
        const auto refused = parse_mail("FROM:<a@b.test> " + std::string(parameters), {.submission = true});
        ASSERT_FALSE(refused) << parameters;
        EXPECT_EQ(refused.error().code, 501) << parameters;
    }
    EXPECT_EQ(parse_mail("FROM:<a@b.test> HOLDFOR=90", {}).error().code, 555);
}

TEST(ParseMail, TakesATimeToDeliverByAtSubmission)
{
    using namespace std::chrono_literals;
    struct
    {
        std::string_view value;
        std::chrono::seconds time;
        bool or_return;
        bool traced;
    } const cases[] = {{"120;R", 120s, true, false},
                       {"+120;rt", 120s, true, true},
                       {"999999999;NT", 999999999s, false, true},
                       {"0;N", 0s, false, false},
                       {"-7;n", -7s, false, false}};
    for (const auto& one : cases) {
        const auto mail = parse_mail("FROM:<a@b.test> BY=" + std::string(one.value), {.submission = true});
        ASSERT_TRUE(mail && mail->by) << one.value;
        EXPECT_EQ(mail->by->time, one.time) << one.value;
        EXPECT_EQ(mail->by->or_return, one.or_return) << one.value;
        EXPECT_EQ(mail->by->traced, one.traced) << one.value;
    }
    for (const std::string_view parameters :
         {"BY", "BY=", "BY=120", "BY=120;", "BY=;R", "BY=120;X", "BY=120;RN", "BY=120;TR", "BY=120;RTT",
          "BY=0;R", "BY=-1;R", "BY=+-1;N", "BY=1000000000;N", "BY=1.5;N", "BY=120;R BY=120;R"}) {
        const auto refused = parse_mail("FROM:<a@b.test> " + std::string(parameters), {.submission = true});
        ASSERT_FALSE(refused) << parameters;
        EXPECT_EQ(refused.error().code, 501) << parameters;
    }
    EXPECT_EQ(parse_mail("FROM:<a@b.test> BY=120;R", {}).error().code, 555);
}

TEST(ParseMail, TakesAuthWhereItIsOffered)
{
    for (const std::string_view value : {"<>", "a@b.test", "e+3Dmc2@example.com", "a+2Bb"}) {
        EXPECT_TRUE(parse_mail("FROM:<a@b.test> AUTH=" + std::string(value), {.submission = true})) << value;
    }
    for (const std::string_view value : {"", "a+", "a+3", "a+3d", "a+zz"}) {
        const auto mail = parse_mail("FROM:<a@b.test> AUTH=" + std::string(value), {.submission = true});
        ASSERT_FALSE(mail) << value;
        EXPECT_EQ(mail.error().code, 501) << value;
    }
}

TEST(ParseMail, ReadsWhatIsAskedOfReports)
{
    const auto mail = parse_mail("FROM:<a@b.test> ret=hdrs ENVID=QQ+3D314159 BODY=8BITMIME", {});
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->parameters.return_content, storage::ReturnContent::headers);
    EXPECT_EQ(mail->parameters.envelope_id, "QQ+3D314159"); // as given: it is passed on
    EXPECT_EQ(mail->parameters.body, storage::BodyKind::eight_bit);
    EXPECT_EQ(parse_mail("FROM:<a@b.test>", {})->parameters, storage::MailParameters{});

    // What is refused says which parameter it was, and what is right.
    struct Case
    {
        std::string parameters;
        std::string_view named;
    };
    for (const Case& c :
         {Case{"RET", "RET=FULL"}, Case{"RET=NONE", "RET=FULL"}, Case{"RET=FULL RET=FULL", "RET=FULL"},
          Case{"ENVID=a+", "ENVID="}, Case{"ENVID=a+0D", "ENVID="}, Case{"ENVID=1 envid=1", "ENVID="},
          Case{"ENVID=" + std::string(101, 'x'), "ENVID="}, Case{"SIZE=1 SIZE=1", "SIZE="}}) {
        const auto refused = parse_mail("FROM:<a@b.test> " + c.parameters, {});
        ASSERT_FALSE(refused) << c.parameters;
        EXPECT_EQ(refused.error().code, 501) << c.parameters;
        EXPECT_NE(refused.error().text.find(c.named), std::string_view::npos) << c.parameters;
    }
}

TEST(ParseRcpt, ReadsWhatIsAskedOfReports)
{
    const auto rcpt = parse_rcpt("TO:<a@b.test> NOTIFY=success,DELAY ORCPT=rfc822;A+2Bx@B.test", false);
    ASSERT_TRUE(rcpt);
    EXPECT_EQ(rcpt->parameters.notify, storage::notify::success | storage::notify::delay);
    EXPECT_EQ(rcpt->parameters.original_recipient, "rfc822;A+2Bx@B.test");
    EXPECT_EQ(parse_rcpt("TO:<a@b.test>", false)->parameters, storage::RcptParameters{});
}

TEST(ParseRcpt, ReadsThePath)
{
    EXPECT_EQ(parse_rcpt("TO:<a@B.test>", false)->forward_path.address(), "a@b.test");
    EXPECT_EQ(parse_rcpt("to:<Postmaster>", false)->forward_path.address(), "postmaster");
    EXPECT_EQ(parse_rcpt("TO: <a@b.test> ", false)->forward_path.address(), "a@b.test");

    struct Case
    {
        std::string_view argument;
        int code;
    };
    const std::vector<Case> table{
        {"", 501},
        {"FROM:<a@b.test>", 501},
        {"TO:a@b.test", 501},
        {"TO:<>", 501},
        {"TO:<a@b.test> NOTIFY", 501},
        {"TO:<a@b.test> NOTIFY=NEVER NOTIFY=NEVER", 501},
        {"TO:<a@b.test> NOTIFY=SUCCESS,NEVER", 501},
        {"TO:<a@b.test> ORCPT=a@b.test", 501},
        {"TO:<a@b.test> ORCPT=rfc822;a@b.test orcpt=rfc822;a@b.test", 501},
        {"TO:<a@b.test> SIZE=1", 555},
        {"TO:<a@b.test> =", 501},
        {"TO:<a@b.test><c@d.test>", 501},
        {"TO:<gr\xc3\xbc@b.test>", 553},
        {"TO:<a@b.test>, <c@d.test>", 501},
    };
    for (const Case& c : table) {
        const auto path = parse_rcpt(c.argument, false);
        ASSERT_FALSE(path) << c.argument;
        EXPECT_EQ(path.error().code, c.code) << c.argument;
    }
}

TEST(ParseRcpt, TakesUtf8OnceMailHadSmtputf8)
{
    const auto mail = parse_mail("FROM:<gr\xc3\xbc@b.test> smtputf8 SIZE=1", {});
    ASSERT_TRUE(mail);
    EXPECT_TRUE(mail->parameters.smtputf8);
    EXPECT_FALSE(parse_mail("FROM:<a@b.test>", {})->parameters.smtputf8);
    const auto rcpt = parse_rcpt("TO:<gr\xc3\xbc@b\xc3\xbc.test>", true);
    ASSERT_TRUE(rcpt);
    EXPECT_EQ(rcpt->forward_path.address(), "gr\xc3\xbc@xn--b-eha.test");
    const auto broken = parse_rcpt("TO:<\xff@b.test>", true);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().status, "5.1.3");
}

TEST(TraceableName, AllowsWhatCannotBreakAField)
{
    for (const std::string& name :
         {"mail.example.org"s, "[192.0.2.1]"s, "[IPv6:2001:db8::1]"s, "my_host-1"s, std::string(255, 'a')}) {
        EXPECT_TRUE(traceable_name(name)) << name;
    }
    for (const std::string& name : {""s, "a b"s, "a(b)"s, "a;b"s, "a<b>"s, "a\r\nX: y"s, "gr\xc3\xbc"s,
                                    "a\"b"s, std::string(256, 'a')}) {
        EXPECT_FALSE(traceable_name(name)) << name;
    }
}

} // namespace
} // namespace pillarbox::smtp

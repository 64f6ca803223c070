#include "server/base/setting_values.hpp"

#include <gtest/gtest.h>

namespace pillarbox::setting {

TEST(SettingValues, Sizes)
{
    EXPECT_EQ(parse_size("0"), 0u);
    EXPECT_EQ(parse_size("512"), 512u);
    EXPECT_EQ(parse_size("1k"), 1024u);
    EXPECT_EQ(parse_size("50M"), 50u << 20);
    EXPECT_EQ(parse_size("16777215T"), 16777215ull << 40);
    for (const char* text : {"", "M", "-1", "1.5M", "50MB", "16777216T", "1 M", "x"})
        EXPECT_THROW(parse_size(text), BadValue) << text;
}

TEST(SettingValues, Times)
{
    EXPECT_EQ(parse_time("90"), std::chrono::seconds(90));
    EXPECT_EQ(parse_time("10m"), std::chrono::minutes(10));
    EXPECT_EQ(parse_time("2h"), std::chrono::hours(2));
    EXPECT_EQ(parse_time("14d"), std::chrono::days(14));
    for (const char* text : {"", "m", "-1s", "10min", "1w", "99999999999d"})
        EXPECT_THROW(parse_time(text), BadValue) << text;
}

TEST(SettingValues, ReadsPublishedPorts)
{
    using Ports = std::pair<std::uint16_t, std::uint16_t>;
    EXPECT_EQ(parse_published_port("25=2525"), (Ports{25, 2525}));
    EXPECT_EQ(parse_published_port("8080=127.0.0.1:3080"), (Ports{8080, 3080}));
    EXPECT_EQ(parse_published_port("995=[::1]:3995"), (Ports{995, 3995}));
    for (const auto* text : {"", "25", "25=", "=25", "25=0", "0=25", "25=65536", "a=b", "25=25=25", "25=1:"})
        EXPECT_THROW(parse_published_port(text), BadValue) << text;
}

TEST(SettingValues, Endpoints)
{
    EXPECT_EQ(parse_endpoint("127.0.0.1:25"), (Endpoint{"127.0.0.1", 25}));
    EXPECT_EQ(parse_endpoint("[::]:25"), (Endpoint{"::", 25}));
    EXPECT_EQ(parse_endpoint("[::1]:0"), (Endpoint{"::1", 0}));
    for (const char* text : {"", "25", ":25", "localhost:25", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                             "::1:25", "[127.0.0.1]:25", "[]:25", "1.2.3:25"})
        EXPECT_THROW(parse_endpoint(text), BadValue) << text;
}

TEST(SettingValues, Networks)
{
    EXPECT_EQ(parse_network("192.0.2.0/24"), (Network{"192.0.2.0", 24}));
    EXPECT_EQ(parse_network("192.0.2.1"), (Network{"192.0.2.1", 32}));
    EXPECT_EQ(parse_network("2001:db8::/32"), (Network{"2001:db8::", 32}));
    EXPECT_EQ(parse_network("::1"), (Network{"::1", 128}));
    for (const char* text :
         {"", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/", "example.org", "192.0.2.0/-1"})
        EXPECT_THROW(parse_network(text), BadValue) << text;
}

TEST(SettingValues, DnsLists)
{
    EXPECT_EQ(parse_dns_list("Zen.example.org"), (DnsList{.zone = "zen.example.org"}));
    EXPECT_EQ(parse_dns_list("zen.example.org=2.5"), (DnsList{.zone = "zen.example.org", .weight = 2.5}));
    EXPECT_EQ(parse_dns_list("a.example=2/127.0.0.2-127.0.0.11"),
              (DnsList{.zone = "a.example", .weight = 2, .first = 0x7F000002, .last = 0x7F00000B}));
    EXPECT_EQ(parse_dns_list("a.example/127.0.0.4"),
              (DnsList{.zone = "a.example", .first = 0x7F000004, .last = 0x7F000004}));
    for (const char* text : {"", "a b", "a.example=", "a.example=x", "a.example=-1", "a.example=101",
                             "a.example/192.0.2.1", "a.example/", "a.example/127.0.0.2-",
                             "a.example/127.0.0.3-127.0.0.2", "a.example/127.0.0.2-192.0.2.1"})
        EXPECT_THROW(parse_dns_list(text), BadValue) << text;
}

TEST(SettingValues, Scores)
{
    EXPECT_EQ(parse_score("0"), 0);
    EXPECT_EQ(parse_score("5"), 5);
    EXPECT_EQ(parse_score("4.5"), 4.5);
    for (const char* text : {"", "x", "-1", "101", "nan", "inf", "1e1", "5 "})
        EXPECT_THROW(parse_score(text), BadValue) << text;
}

TEST(SettingValues, HttpUrls)
{
    struct Case
    {
        const char* text;
        HttpUrl url;
        const char* authority;
    };
    for (const Case& c : {
             Case{"https://Login.Example.org", {true, "login.example.org", 443, "/"}, "login.example.org"},
             Case{"https://login.example.org:8443/a/b?c=d",
                  {true, "login.example.org", 8443, "/a/b?c=d"},
                  "login.example.org:8443"},
             Case{"https://[2001:db8::1]/x", {true, "2001:db8::1", 443, "/x"}, "[2001:db8::1]"},
             Case{"https://192.0.2.1:444?q", {true, "192.0.2.1", 444, "/?q"}, "192.0.2.1:444"},
             Case{"http://127.0.0.1/x", {false, "127.0.0.1", 80, "/x"}, "127.0.0.1"},
             Case{"http://[::1]:8080/x", {false, "::1", 8080, "/x"}, "[::1]:8080"},
             Case{"http://localhost:81/", {false, "localhost", 81, "/"}, "localhost:81"},
         }) {
        EXPECT_EQ(parse_http_url(c.text), c.url) << c.text;
        EXPECT_EQ(c.url.authority(), c.authority);
    }
    for (const char* text : {"",
                             "login.example.org",
                             "ftp://login.example.org",
                             "https://",
                             "https:///x",
                             "https://a:b@c/",
                             "https://a:/",
                             "https://a:0/",
                             "https://a:65536/",
                             "https://[::1",
                             "https://[a]/",
                             "https://a b/",
                             "https://a/b#c",
                             "https://a/\r\nX: y",
                             "https://a_b/",
                             "http://login.example.org/x",
                             "http://10.0.0.1/",
                             "http://[2001:db8::1]/",
                             "http://127.example.org/",
                             "http://127.0.0.1.example.org/",
                             "http://localhost.example.org/"})
        EXPECT_THROW(parse_http_url(text), BadValue) << text;
}

TEST(SettingValues, HostNames)
{
    EXPECT_EQ(parse_host_name("Mail.Example.ORG"), "mail.example.org");
    EXPECT_EQ(parse_host_name("localhost"), "localhost");
    EXPECT_EQ(parse_host_name("1and1.example"), "1and1.example");
    const std::string long_label(64, 'a');
    for (const std::string& text : {std::string(""), std::string("."), std::string("a."), std::string("a..b"),
                                    std::string("-a.b"), std::string("a-.b"), std::string("a_b"),
                                    std::string("a b"), std::string("\xc3\xa4.de"), long_label})
        EXPECT_THROW(parse_host_name(text), BadValue) << text;
}

TEST(ParseMailRoute, HasADomainAndAServer)
{
    using Tls = MailRoute::Tls;
    const SmtpUrl relay{false, "", "relay.example.net", 587};
    EXPECT_EQ(parse_mail_route("Example.ORG smtp://relay.example.net"),
              (MailRoute{"example.org", relay, false, Tls::offered}));
    EXPECT_EQ(parse_mail_route("example.org  smtp://relay.example.net encrypted"),
              (MailRoute{"example.org", relay, false, Tls::encrypted}));
    EXPECT_EQ(parse_mail_route("example.org smtp://us@relay.example.net"),
              (MailRoute{"example.org", {false, "us", "relay.example.net", 587}, false, Tls::verified}));
    EXPECT_EQ(parse_mail_route("example.org smtps://relay.example.net verified"),
              (MailRoute{"example.org", {true, "", "relay.example.net", 465}, false, Tls::verified}));
    EXPECT_EQ(parse_mail_route("example.org lmtp://[::1]:24"),
              (MailRoute{"example.org", {false, "", "::1", 24}, true, Tls::offered}));
    EXPECT_EQ(parse_mail_route("example.org smtp://relay.example.net encrypted 60/min"),
              (MailRoute{"example.org", relay, false, Tls::encrypted, 60}));
    EXPECT_EQ(parse_mail_route("example.org smtp://relay.example.net 0/min"),
              (MailRoute{"example.org", relay, false, Tls::offered, 0}));
}

TEST(ParseMailRoute, RefusesWhatIsNone)
{
    for (const char* text :
         {"", "example.org", "smtp://relay.example.net", "example.org relay.example.net",
          "example.org smtp://", "example.org lmtp://127.0.0.1", "example.org lmtp://[::1]",
          "example.org smtp://relay.example.net sometimes", "example.org a b c",
          "example.org smtps://relay.example.net offered", "example.org smtp://relay.example.net 60",
          "example.org smtp://relay.example.net -1/min", "example.org smtp://relay.example.net 60001/min",
          "example.org smtp://relay.example.net 6/min offered", "example.org 60/min",
          "example.org smtp://us@relay.example.net encrypted", "ex ample smtp://relay.example.net"})
        EXPECT_THROW(parse_mail_route(text), BadValue) << text;
}

TEST(SettingValues, SmtpUrls)
{
    EXPECT_EQ(parse_smtp_url("smtp://mail.example.org"), (SmtpUrl{false, "", "mail.example.org", 587}));
    EXPECT_EQ(parse_smtp_url("smtps://us@MAIL.example.org/"), (SmtpUrl{true, "us", "mail.example.org", 465}));
    EXPECT_EQ(parse_smtp_url("smtp://a%40b@[::1]:2525"), (SmtpUrl{false, "a@b", "::1", 2525}));
    EXPECT_EQ(parse_smtp_url("smtp://a@b@192.0.2.1:25"), (SmtpUrl{false, "a@b", "192.0.2.1", 25}));
    EXPECT_EQ(parse_smtp_url(""), SmtpUrl());
    for (const auto* text :
         {"mail.example.org", "http://mail.example.org", "smtp://", "smtp://us:secret@mail.example.org",
          "smtp://@mail.example.org", "smtp://a%4@mail.example.org", "smtp://a%0a@mail.example.org",
          "smtp://mail.example.org:0", "smtp://mail.example.org:x", "smtp://[192.0.2.1]",
          "smtp://mail_example"})
        EXPECT_THROW(parse_smtp_url(text), BadValue) << text;
}

} // namespace pillarbox::setting

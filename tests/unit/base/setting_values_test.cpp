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

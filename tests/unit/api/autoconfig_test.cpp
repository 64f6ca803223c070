#include "tests/unit/api/site_test.hpp"
#include "web/api/client_settings.hpp"

namespace pillarbox::api {
namespace {

class AutoconfigTest : public SiteTest
{
protected:
    AutoconfigTest()
    {
        config_.pop3s.listen = {{"::", 1995}};
        config_.pop3.listen = {{"::", 1110}};
        config_.submissions.listen = {{"::", 1465}};
        config_.submission.listen = {};
    }

    Reply asked_of(std::string_view host, std::string_view target, bool secure = true)
    {
        auto asked = request("GET", target);
        asked.authority = host;
        asked.secure = secure;
        return ask(std::move(asked));
    }
};

TEST_F(AutoconfigTest, ThunderbirdIsToldByEveryNameItAsks)
{
    for (const auto& [host, target] :
         {std::pair("autoconfig.example.org", "/mail/config-v1.1.xml?emailaddress=alice%40example.org"),
          std::pair("autoconfig.example.org", "/mail/config-v1.1.xml"),
          std::pair("example.org", "/.well-known/autoconfig/mail/config-v1.1.xml?emailaddress=a@example.org"),
          std::pair("mail.example.org", "/.well-known/autoconfig/mail/config-v1.1.xml")}) {
        for (const bool secure : {true, false}) {
            const auto reply = asked_of(host, target, secure);
            ASSERT_EQ(reply.status, 200u) << host << target << reply.body;
            EXPECT_EQ(reply.field("Content-Type"), "text/xml; charset=utf-8");
            EXPECT_NE(reply.body.find("<emailProvider id=\"example.org\">"), std::string::npos) << reply.body;
        }
    }
    const auto text = asked_of("example.org", "/mail/config-v1.1.xml").body;
    const auto first = text.find("<port>1995</port>");
    ASSERT_NE(first, std::string::npos);
    EXPECT_LT(first, text.find("<port>1110</port>")) << "TLS comes first";
    EXPECT_NE(text.find("<socketType>STARTTLS</socketType>"), std::string::npos);
    EXPECT_NE(text.find("<hostname>mail.example.org</hostname>"), std::string::npos);
    EXPECT_NE(text.find("<username>%EMAILADDRESS%</username>"), std::string::npos);
    EXPECT_EQ(text.find("1587"), std::string::npos);
}

TEST_F(AutoconfigTest, PortsAreThoseByWhichOthersReachThem)
{
    config_.published_ports = {{1995, 3995}};
    const auto text = asked_of("example.org", "/mail/config-v1.1.xml").body;
    EXPECT_NE(text.find("<port>3995</port>"), std::string::npos);
    EXPECT_NE(text.find("<port>1110</port>"), std::string::npos);
    EXPECT_EQ(text.find("1995"), std::string::npos);
}

TEST_F(AutoconfigTest, NobodyIsToldOfOtherDomains)
{
    EXPECT_EQ(asked_of("example.org", "/mail/config-v1.1.xml?emailaddress=a@example.net").status, 404u);
    EXPECT_EQ(asked_of("example.org", "/mail/config-v1.1.xml?emailaddress=nonsense").status, 404u);
    EXPECT_EQ(asked_of("autoconfig.example.net", "/mail/config-v1.1.xml").status, 404u);
    EXPECT_EQ(asked_of("autoconfig.example.org", "/mail/inbox").status, 421u) << "no other page by that name";
}

TEST_F(AutoconfigTest, OutlookIsAnswered)
{
    auto asked = request("POST", "/Autodiscover/Autodiscover.xml",
                         "<?xml version=\"1.0\"?><Autodiscover><Request><EMailAddress>Alice@example.org"
                         "</EMailAddress></Request></Autodiscover>");
    asked.authority = "autodiscover.example.org";
    asked.fields.set("Content-Type", "text/xml");
    const auto reply = ask(asked);
    ASSERT_EQ(reply.status, 200u) << reply.body;
    EXPECT_NE(reply.body.find("<LoginName>alice@example.org</LoginName>"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find("<Port>1995</Port>"), std::string::npos);
    EXPECT_NE(reply.body.find("<Port>1465</Port>"), std::string::npos);
    asked.body = "<EMailAddress>";
    EXPECT_EQ(ask(asked).status, 400u);
    asked.body = "<EMailAddress>a@example.net</EMailAddress>";
    EXPECT_EQ(ask(asked).status, 404u);
}

TEST_F(AutoconfigTest, AppleGetsAProfile)
{
    const std::string target = "/apple/mail.mobileconfig?emailaddress=alice@example.org";
    const auto reply = asked_of("mail.example.org", target);
    ASSERT_EQ(reply.status, 200u) << reply.body;
    EXPECT_EQ(reply.field("Content-Type"), "application/x-apple-aspen-config");
    EXPECT_NE(reply.body.find("<key>EmailAddress</key><string>alice@example.org</string>"),
              std::string::npos);
    EXPECT_NE(reply.body.find("<key>IncomingMailServerPortNumber</key><integer>1995</integer>"),
              std::string::npos);
    EXPECT_EQ(asked_of("mail.example.org", target).body, reply.body) << "the same profile each time";
    EXPECT_EQ(asked_of("mail.example.org", "/apple/mail.mobileconfig").status, 400u);
}

TEST(ClientSettings, NothingBreaksTheMarkup)
{
    ClientSettings settings;
    settings.name = "mail.example.org";
    settings.domain = "a&b<c>.example";
    settings.address = "\"x\x01&<@example.org";
    settings.servers = {{}};
    for (const auto& text :
         {thunderbird_config(settings), outlook_autodiscover(settings), apple_profile(settings)}) {
        EXPECT_EQ(text.find("<c>"), std::string::npos) << text;
        EXPECT_EQ(text.find("&<"), std::string::npos) << text;
        EXPECT_EQ(text.find('\x01'), std::string::npos);
    }
}

TEST(ClientSettings, WithoutTlsNothingPromisesIt)
{
    Config config;
    config.tls.certificate = "none";
    for (const auto& server : client_servers(config))
        EXPECT_EQ(server.security, ClientServer::Security::none);
}

TEST(ClientSettings, AnAddressIsFoundInWhatOutlookSends)
{
    EXPECT_EQ(outlook_address("<a><EMailAddress> x@example.org\n</EMailAddress>"), "x@example.org");
    for (const std::string_view text : {"", "<EMailAddress>", "</EMailAddress><EMailAddress>x"})
        EXPECT_EQ(outlook_address(text), "") << text;
    EXPECT_EQ(outlook_address("<EMailAddress>" + std::string(300, 'x') + "</EMailAddress>"), "");
}

} // namespace
} // namespace pillarbox::api

#include "server/publish/records.hpp"

#include "server/publish/sts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace pillarbox::publish {
namespace {

Config config()
{
    Config config;
    config.hostname = "mail.example.org";
    config.pop3.listen.clear();
    return config;
}

std::vector<storage::DkimKey> keys()
{
    storage::DkimKey rsa{.selector = "r1",
                         .algorithm = "rsa-sha256",
                         .sealed = "secret",
                         .record = "v=DKIM1; k=rsa; p=" + std::string(392, 'A')};
    storage::DkimKey next = rsa;
    next.selector = "r2";
    next.state = storage::DkimKey::State::waiting;
    return {rsa, next};
}

/// "NAME TYPE VALUE", one a line.
std::string shown(const std::vector<Record>& records)
{
    std::string out;
    for (const auto& record : records)
        out += record.name + ' ' + record.type + ' ' + record.value + '\n';
    return out;
}

TEST(RecordsFor, AreAllThatADomainNeeds)
{
    const std::string key = "v=DKIM1; k=rsa; p=" + std::string(392, 'A');
    EXPECT_EQ(shown(records_for(config(), "example.org", keys())),
              "example.org MX 10 mail.example.org\n"
              "example.org TXT v=spf1 mx -all\n"
              "mail.example.org TXT v=spf1 a -all\n"
              "r1._domainkey.example.org TXT " +
                  key +
                  "\n"
                  "r2._domainkey.example.org TXT " +
                  key +
                  "\n"
                  "_dmarc.example.org TXT v=DMARC1; p=quarantine; rua=mailto:postmaster@example.org\n"
                  "_smtp._tls.example.org TXT v=TLSRPTv1; rua=mailto:postmaster@example.org\n"
                  "autoconfig.example.org CNAME mail.example.org\n"
                  "autodiscover.example.org CNAME mail.example.org\n"
                  "_submissions._tcp.example.org SRV 0 1 465 mail.example.org\n"
                  "_submission._tcp.example.org SRV 10 1 587 mail.example.org\n"
                  "_pop3s._tcp.example.org SRV 0 1 995 mail.example.org\n");
}

TEST(RecordsFor, NamePortsAsOthersReachThem)
{
    auto moved = config();
    moved.published_ports = {{465, 3465}, {25, 2525}};
    const auto all = shown(records_for(moved, "example.org", {}));
    EXPECT_NE(all.find("_submissions._tcp.example.org SRV 0 1 3465 mail.example.org\n"), std::string::npos);
    EXPECT_NE(all.find("_pop3s._tcp.example.org SRV 0 1 995 mail.example.org\n"), std::string::npos);
}

TEST(RecordsFor, NameThePolicyOfMtaStsWhereThereIsOne)
{
    auto with = config();
    with.mta_sts.mode = Config::MtaSts::Mode::testing;
    EXPECT_EQ(sts_policy(with),
              "version: STSv1\r\nmode: testing\r\nmx: mail.example.org\r\nmax_age: 604800\r\n");
    const auto all = shown(records_for(with, "example.org", {}));
    EXPECT_NE(all.find("_mta-sts.example.org TXT " + sts_record(with) + '\n'), std::string::npos) << all;
    EXPECT_NE(all.find("mta-sts.example.org CNAME mail.example.org\n"), std::string::npos) << all;
    EXPECT_EQ(sts_policy(config()), "");
}

TEST(RecordsFor, HaveAnotherIdForEachPolicy)
{
    auto one = config();
    one.mta_sts.mode = Config::MtaSts::Mode::testing;
    const auto first = sts_record(one);
    EXPECT_EQ(first, sts_record(one));
    for (auto change : {+[](Config& c) { c.mta_sts.mode = Config::MtaSts::Mode::enforce; },
                        +[](Config& c) { c.mta_sts.max_age = std::chrono::hours(1); },
                        +[](Config& c) { c.hostname = "mx.example.org"; }}) {
        auto other = one;
        change(other);
        EXPECT_NE(sts_record(other), first);
    }
}

TEST(RecordsFor, LeaveTheServersNameToItsOwnZone)
{
    const auto other = shown(records_for(config(), "example.net", {}));
    EXPECT_NE(other.find("example.net MX 10 mail.example.org\n"), std::string::npos) << other;
    EXPECT_EQ(other.find("v=spf1 a"), std::string::npos) << other;
    const auto same = shown(records_for(config(), "mail.example.org", {}));
    EXPECT_EQ(same.find("v=spf1 a"), std::string::npos) << same;
    const auto alike = shown(records_for(config(), "ample.org", {}));
    EXPECT_EQ(alike.find("v=spf1 a"), std::string::npos) << alike;
}

TEST(RecordsFor, AllowTheSmarthostToSend)
{
    Config through = config();
    through.outbound.mode = Config::Outbound::Mode::smarthost;
    through.outbound.smarthost.host = "relay.example.net";
    const auto records = shown(records_for(through, "example.org", {}));
    EXPECT_NE(records.find("example.org TXT v=spf1 mx a:relay.example.net ~all\n"), std::string::npos)
        << records;
}

TEST(ZoneOf, IsAZoneFile)
{
    EXPECT_EQ(zone_of({{"example.org", "MX", "10 mail.example.org", "mail"}}),
              "; mail\nexample.org. IN MX 10 mail.example.org.\n");
    EXPECT_EQ(zone_value({"_s._tcp.example.org", "SRV", "0 1 465 mail.example.org", ""}),
              "0 1 465 mail.example.org.");
    EXPECT_EQ(zone_value({"x", "TXT", "a \"b\" \\", ""}), "\"a \\\"b\\\" \\\\\"");
    EXPECT_EQ(zone_value({"x", "TXT", "", ""}), "\"\"");
}

TEST(ZoneOf, CutsLongTexts)
{
    const auto cut = [](std::size_t size) { return zone_value({"x", "TXT", std::string(size, 'k'), ""}); };
    EXPECT_EQ(cut(255), '"' + std::string(255, 'k') + '"');
    EXPECT_EQ(cut(256), '"' + std::string(255, 'k') + "\" \"k\"");
    EXPECT_EQ(std::ranges::count(cut(600), '"'), 6);
}

} // namespace
} // namespace pillarbox::publish

#include "server/publish/examine.hpp"

#include "tests/support/temporary_folder.hpp"

#include "server/net/tls.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::publish {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::make_address;

template <class Value>
net::DnsAnswer<Value> found(std::vector<Value> records)
{
    net::DnsAnswer<Value> answer;
    answer.kind = net::DnsAnswer<Value>::Kind::found;
    answer.records = std::move(records);
    return answer;
}

template <class Value>
net::DnsAnswer<Value> none(bool no_such_name = false)
{
    net::DnsAnswer<Value> answer;
    answer.kind = net::DnsAnswer<Value>::Kind::none;
    answer.no_such_name = no_such_name;
    return answer;
}

template <class Value>
net::DnsAnswer<Value> unknown()
{
    net::DnsAnswer<Value> answer;
    answer.why = "nobody answered";
    return answer;
}

/// "wrong: what there is".
std::string told(const Finding& finding)
{
    // Whatever is not good says what to do.
    EXPECT_EQ(finding.mend.empty(), finding.kind == Finding::Kind::good) << finding.what << finding.detail;
    return std::string(name_of(finding.kind)) + ": " + finding.detail;
}

constexpr auto host = "mail.example.org";

TEST(ExamineAlias, WantsAnAddressBehindIt)
{
    const Record record{"autoconfig.example.org", "CNAME", host, "where programs ask"};
    EXPECT_EQ(told(examine_alias(record, found<address>({make_address("192.0.2.1")}))), "good: 192.0.2.1");
    EXPECT_EQ(told(examine_alias(record, none<address>())),
              "warning: there is no such name (where programs ask)");
    EXPECT_EQ(told(examine_alias(record, unknown<address>())),
              "not checked: DNS did not say: nobody answered");
}

TEST(ExamineService, WantsThisServerAndItsPort)
{
    using net::dns::Srv;
    const Record record{"_submissions._tcp.example.org", "SRV", "0 1 465 mail.example.org", "where"};
    EXPECT_EQ(told(examine_service(record, found<Srv>({{5, 7, 465, host}}))),
              "good: mail.example.org port 465");
    EXPECT_EQ(told(examine_service(record, found<Srv>({{0, 1, 587, host}}))),
              "warning: mail programs are led to mail.example.org port 587");
    EXPECT_EQ(told(examine_service(record, found<Srv>({{0, 1, 465, "old.mail.example.org"}}))),
              "warning: mail programs are led to old.mail.example.org port 465");
    EXPECT_EQ(
        told(examine_service(record, found<Srv>({{0, 1, 465, host}, {1, 1, 465, "b.example"}}))),
        "warning: mail programs find others beside this server: mail.example.org port 465, b.example port "
        "465");
    EXPECT_EQ(told(examine_service(record, found<Srv>({{0, 0, 0, ""}}))),
              "warning: it says that there is no such service");
    EXPECT_EQ(told(examine_service(record, none<Srv>())),
              "warning: there is none: mail programs that look for it have to be told");
    EXPECT_EQ(told(examine_service(record, unknown<Srv>())), "not checked: DNS did not say: nobody answered");
}

TEST(ExamineList, WantsItsTestEntry)
{
    const DnsList list{.zone = "bl.example"};
    EXPECT_EQ(told(examine_list(list, found<address>({make_address("127.0.0.2")}))), "good: it answers");
    // "You ask too much" is no entry.
    for (const auto& answer : {none<address>(), found<address>({make_address("127.255.255.254")})})
        EXPECT_TRUE(told(examine_list(list, answer)).starts_with("warning: it does not have its test entry"));
    EXPECT_TRUE(told(examine_list(list, unknown<address>())).starts_with("not checked"));
}

TEST(ExamineListing, SeesWhoIsOnIt)
{
    const DnsList list{.zone = "bl.example"};
    const auto told_of = [&list](const net::DnsAnswer<address>& answer) {
        return told(examine_listing(list, make_address("192.0.2.1"), answer));
    };
    EXPECT_EQ(told_of(none<address>()), "good: it is not there");
    EXPECT_TRUE(told_of(found<address>({make_address("127.0.0.4")})).starts_with("wrong: it is on that"));
    EXPECT_TRUE(told_of(unknown<address>()).starts_with("not checked"));
}

TEST(ExamineClients, SeesThatSomethingHidesThem)
{
    const auto told_of = [](std::vector<std::string> peers) { return told(examine_clients(peers)); };
    EXPECT_TRUE(told_of({}).starts_with("not checked"));
    EXPECT_TRUE(told_of(std::vector<std::string>(19, "172.17.0.1")).starts_with("not checked"));
    for (const auto* hidden : {"172.17.0.1", "127.0.0.1", "fd00::1"})
        EXPECT_TRUE(told_of(std::vector<std::string>(20, hidden)).starts_with("warning: the last 20"))
            << hidden;
    EXPECT_EQ(told_of(std::vector<std::string>(20, "192.0.2.1")), "good: they can be seen");
    std::vector<std::string> several(20, "172.17.0.1");
    several.back() = "192.0.2.1";
    EXPECT_EQ(told_of(several), "good: they can be seen");
}

TEST(ExamineMx, ComparesWithThisServer)
{
    using net::dns::Mx;
    const Record record{"example.org", "MX", "10 mail.example.org", ""};
    const auto told_of = [&record](const net::DnsAnswer<Mx>& answer) {
        return told(examine_mx(record, host, answer));
    };
    EXPECT_EQ(told_of(found<Mx>({{10, "mail.example.org"}})), "good: mail.example.org");
    EXPECT_EQ(told_of(found<Mx>({{5, "other.example"}, {10, "MAIL.example.org"}})),
              "good: other.example, MAIL.example.org");
    EXPECT_EQ(told_of(found<Mx>({{5, "other.example"}})),
              "wrong: mail goes to other.example, not to mail.example.org");
    EXPECT_EQ(told_of(found<Mx>({{0, ""}})), "wrong: mail goes to ., not to mail.example.org");
    EXPECT_EQ(told_of(none<Mx>()), "wrong: there is none: mail does not find this server");
    EXPECT_EQ(told_of(none<Mx>(true)), "wrong: there is no such domain in DNS");
    EXPECT_EQ(told_of(unknown<Mx>()), "not checked: DNS did not say: nobody answered");
    EXPECT_EQ(examine_mx(record, host, none<Mx>()).mend, "publish: example.org. IN MX 10 mail.example.org.");
}

TEST(ExamineText, ComparesWithWhatIsToBePublished)
{
    const Record spf{"example.org", "TXT", "v=spf1 mx -all", ""};
    const Record key{"k._domainkey.example.org", "TXT", "v=DKIM1; k=rsa; p=AAAA", "DKIM key that signs"};
    const Record next{"n._domainkey.example.org", "TXT", "v=DKIM1; k=rsa; p=AAAA",
                      "DKIM key that is to sign next"};
    const Record dmarc{"_dmarc.example.org", "TXT", "v=DMARC1; p=quarantine; rua=mailto:p@example.org", ""};
    struct Case
    {
        const Record& record;
        net::DnsAnswer<std::string> answer;
        std::string expected;
    };
    const std::vector<Case> cases{
        {spf, found<std::string>({"v=spf1 mx -all"}), "good: published"},
        {spf, found<std::string>({"google-site-verification=x", "v=spf1  mx -all"}), "good: published"},
        {spf, found<std::string>({"v=spf1 include:x.example ~all"}),
         "warning: published: v=spf1 include:x.example ~all"},
        {spf, found<std::string>({"v=spf1 mx -all", "v=spf1 a -all"}),
         "wrong: there are 2 that begin with v=spf1"},
        {spf, found<std::string>({"v=spf10 mx -all"}), "wrong: there is none that begins with v=spf1"},
        {spf, none<std::string>(), "wrong: there is none that begins with v=spf1"},
        {spf, unknown<std::string>(), "not checked: DNS did not say: nobody answered"},
        {key, found<std::string>({"v=DKIM1;k=rsa;p=AA AA;"}), "good: published"},
        {key, found<std::string>({"v=DKIM1; k=rsa; p=AAAB"}),
         "wrong: another key is published: v=DKIM1; k=rsa; p=AAAB"},
        {key, none<std::string>(true), "wrong: there is none that begins with v=DKIM1"},
        {next, none<std::string>(true), "warning: there is none that begins with v=DKIM1"},
        {dmarc, found<std::string>({"v=DMARC1; p=reject"}), "good: published: v=DMARC1; p=reject"},
        {dmarc, found<std::string>({"v=DMARC1; p=none"}), "warning: published: v=DMARC1; p=none"},
        {dmarc, none<std::string>(true), "warning: there is none that begins with v=DMARC1"},
    };
    for (const auto& each : cases)
        EXPECT_EQ(told(examine_text(each.record, each.answer)), each.expected) << each.record.name;
}

TEST(ExamineAddresses, WantsOneOfEitherFamily)
{
    const auto four = found<address>({make_address("192.0.2.1")});
    const auto six = found<address>({make_address("2001:db8::1")});
    EXPECT_EQ(told(examine_addresses(host, four, six)), "good: 192.0.2.1, 2001:db8::1");
    EXPECT_EQ(told(examine_addresses(host, four, unknown<address>())), "good: 192.0.2.1");
    EXPECT_EQ(told(examine_addresses(host, none<address>(), six)), "good: 2001:db8::1");
    EXPECT_EQ(told(examine_addresses(host, none<address>(), none<address>())),
              "wrong: the server's name has no address");
    EXPECT_EQ(told(examine_addresses(host, none<address>(), unknown<address>())),
              "not checked: DNS did not say: nobody answered");
}

TEST(ExamineReverse, WantsTheServersName)
{
    const auto told_of = [](const net::DnsAnswer<std::string>& answer) {
        return told(examine_reverse(host, make_address("192.0.2.1"), answer));
    };
    EXPECT_EQ(told_of(found<std::string>({"a.example", "Mail.example.org"})), "good: mail.example.org");
    EXPECT_EQ(told_of(found<std::string>({"host7.provider.example"})),
              "warning: it is named host7.provider.example");
    EXPECT_EQ(told_of(none<std::string>()), "wrong: the address has no name");
    EXPECT_EQ(told_of(unknown<std::string>()), "not checked: DNS did not say: nobody answered");
}

TEST(ExamineCertificate, LooksAtItsEndAndItsName)
{
    const auto now = std::chrono::sys_seconds(std::chrono::sys_days{std::chrono::year(2026) / 3 / 1});
    const auto told_of = [now](std::chrono::days left, bool names_host, bool self_signed) {
        return told(examine_certificate(host, {now + left, names_host, self_signed}, now));
    };
    using std::chrono::days;
    EXPECT_EQ(told_of(days(90), true, false), "good: it holds until 2026-05-30");
    EXPECT_EQ(told_of(days(13), true, false), "warning: it ends on 2026-03-14");
    EXPECT_EQ(told_of(days(-1), true, false), "wrong: it has ended on 2026-02-28");
    EXPECT_EQ(told_of(days(90), false, false), "wrong: it is not for mail.example.org");
    EXPECT_EQ(told_of(days(90), true, true), "warning: it is self-signed: people are warned of it");
}

TEST(ReadCertificate, ReadsWhatTheServerMakes)
{
    const test::TemporaryFolder folder;
    const auto file = folder.path() / "certificate.pem";
    net::ensure_self_signed(file, folder.path() / "key.pem", host);
    const auto facts = net::read_certificate(file, host);
    EXPECT_TRUE(facts.names_host);
    EXPECT_TRUE(facts.self_signed);
    EXPECT_GT(facts.ends, std::chrono::system_clock::now() + std::chrono::days(3000));
    EXPECT_FALSE(net::read_certificate(file, "other.example.org").names_host);
    EXPECT_THROW(net::read_certificate(folder.path() / "key.pem", host), std::runtime_error);
    EXPECT_THROW(net::read_certificate(folder.path() / "nothing", host), std::runtime_error);
}

} // namespace
} // namespace pillarbox::publish

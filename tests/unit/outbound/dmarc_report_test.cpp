#include "server/outbound/dmarc_report.hpp"

#include "server/mailauth/dmarc_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using Form = DmarcReports;
using mailauth::DmarcFacts;
using testing::HasSubstr;
using testing::Not;

TEST(DmarcTarget, IsAnAddressAndWhatItTakes)
{
    const auto is = [](std::string address, std::uint64_t octets) {
        return std::optional(DmarcTarget{std::move(address), octets});
    };
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test"), is("a@b.test", 0));
    EXPECT_EQ(parse_dmarc_target("MAILTO:a@b.test!10m"), is("a@b.test", 10u << 20));
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test!5K"), is("a@b.test", 5u << 10));
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test!1g"), is("a@b.test", 1u << 30));
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test!2t"), is("a@b.test", 2ull << 40));
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test!700"), is("a@b.test", 700));
    EXPECT_EQ(parse_dmarc_target("mailto:a%21c@b.test!1k"), is("a!c@b.test", 1024));
    for (const auto* none :
         {"https://b.test/", "mailto:", "mailto:a@b.test!", "mailto:a@b.test!m", "mailto:a@b.test!0",
          "mailto:a@b.test!1x", "mailto:a@b.test!-1", "!10m", "mailto:a@b.test!99999999999999999999t"})
        EXPECT_FALSE(parse_dmarc_target(none)) << none;
    EXPECT_EQ(parse_dmarc_target("mailto:a@b.test")->host(), "b.test");
}

ReportLetter dmarc_letter()
{
    ReportLetter letter;
    letter.organization = "us.test";
    letter.contact = "postmaster@us.test";
    letter.id = "r1";
    letter.hostname = "mail.us.test";
    letter.domain = "example.org";
    return letter;
}

DmarcFacts facts()
{
    return {.source = "192.0.2.7",
            .header_from = "news.example.org",
            .envelope_from = "example.org",
            .spf_domain = "example.org",
            .spf_result = "pass",
            .signatures = {{"example.org", "s1", "fail"}},
            .spf_aligned = true,
            .disposition = DmarcFacts::Disposition::pass};
}

storage::TallyDay day(const DmarcFacts& of)
{
    return {20'000, "example.org", {{"", of.text(), 7}}};
}

const mailauth::DmarcRecord record{.policy = mailauth::DmarcPolicy::reject,
                                   .subdomains = mailauth::DmarcPolicy::quarantine,
                                   .strict_dkim = true};

TEST(DmarcReport, IsWhatTheStandardHas)
{
    EXPECT_EQ(dmarc_report(dmarc_letter(), day(facts()), record, Form::rfc9990),
              R"(<?xml version="1.0" encoding="UTF-8"?>
<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
  <version>1.0</version>
  <report_metadata>
    <org_name>us.test</org_name>
    <email>postmaster@us.test</email>
    <report_id>r1</report_id>
    <date_range>
      <begin>1728000000</begin>
      <end>1728086399</end>
    </date_range>
    <generator>Pillarbox</generator>
  </report_metadata>
  <policy_published>
    <domain>example.org</domain>
    <discovery_method>treewalk</discovery_method>
    <p>reject</p>
    <sp>quarantine</sp>
    <np>quarantine</np>
    <adkim>s</adkim>
    <aspf>r</aspf>
    <testing>n</testing>
  </policy_published>
  <record>
    <row>
      <source_ip>192.0.2.7</source_ip>
      <count>7</count>
      <policy_evaluated>
        <disposition>pass</disposition>
        <dkim>fail</dkim>
        <spf>pass</spf>
      </policy_evaluated>
    </row>
    <identifiers>
      <envelope_from>example.org</envelope_from>
      <header_from>news.example.org</header_from>
    </identifiers>
    <auth_results>
      <dkim>
        <domain>example.org</domain>
        <selector>s1</selector>
        <result>fail</result>
      </dkim>
      <spf>
        <domain>example.org</domain>
        <scope>mfrom</scope>
        <result>pass</result>
      </spf>
    </auth_results>
  </record>
</feedback>
)");
}

// Its readers know neither the name space nor a disposition of `pass`.
TEST(DmarcReport, IsWhatTheStandardBeforeHad)
{
    const auto text = dmarc_report(dmarc_letter(), day(facts()), record, Form::rfc7489);
    EXPECT_THAT(text, HasSubstr("\n<feedback>\n"));
    EXPECT_THAT(text, HasSubstr("<disposition>none</disposition>"));
    EXPECT_THAT(text, HasSubstr("    <sp>quarantine</sp>\n    <pct>100</pct>\n    <fo>0</fo>\n"));
    for (const auto* newer : {"generator", "discovery_method", "<np>", "testing"})
        EXPECT_THAT(text, Not(HasSubstr(newer)));
}

TEST(DmarcReport, SaysWhyAPolicyWasNotFollowed)
{
    auto eased = facts();
    eased.overridden = DmarcFacts::Override::policy_test_mode;
    EXPECT_THAT(dmarc_report(dmarc_letter(), day(eased), record, Form::rfc9990),
                HasSubstr("<type>policy_test_mode</type>"));
    EXPECT_THAT(dmarc_report(dmarc_letter(), day(eased), record, Form::rfc7489),
                HasSubstr("<type>other</type>"));
    eased.overridden = DmarcFacts::Override::local_policy;
    EXPECT_THAT(dmarc_report(dmarc_letter(), day(eased), record, Form::rfc9990),
                HasSubstr("<type>local_policy</type>"));
}

TEST(DmarcReport, TellsOfMoreThanItHas)
{
    auto many = day(facts());
    EXPECT_THAT(dmarc_report(dmarc_letter(), many, record, Form::rfc9990), Not(HasSubstr("<error>")));
    many.left_out = 12;
    EXPECT_THAT(dmarc_report(dmarc_letter(), many, record, Form::rfc9990), HasSubstr("<error>12 messages"));
}

TEST(DmarcReport, IsXmlWhateverOthersWrote)
{
    auto hostile = facts();
    hostile.envelope_from = "</count><x a=\"&amp;\">\x01";
    const auto text = dmarc_report(dmarc_letter(), day(hostile), record, Form::rfc9990);
    EXPECT_THAT(text, HasSubstr("<envelope_from>&lt;/count&gt;&lt;x a=\"&amp;amp;\"&gt;?</envelope_from>"));
}

TEST(DmarcReport, IsAMessage)
{
    auto report = dmarc_letter();
    attach_dmarc_report(report, day(facts()), "octets");
    const auto text = report.text("dmarc@example.org", storage::Time{});
    EXPECT_THAT(text, HasSubstr("\r\nSubject: Report Domain: example.org\r\n Submitter: us.test\r\n"
                                " Report-ID: <r1@us.test>\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nContent-Type: application/gzip\r\n"));
    EXPECT_THAT(text, HasSubstr("filename=\"us.test!example.org!1728000000!1728086399!r1.xml.gz\""));
    EXPECT_EQ(report.tls, storage::TlsWish::unsaid);
}

} // namespace
} // namespace pillarbox::outbound

#include "server/outbound/tls_report.hpp"

#include "server/mime/header.hpp"
#include "server/outbound/gzip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using net::CertificateFault;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view testing_policy =
    "version: STSv1\r\nmode: testing\r\nmx: *.example.org\r\nmax_age: 86400\r\n";

TlsSession sts()
{
    TlsSession session{.domain = "example.org",
                       .policy_text = std::string(testing_policy),
                       .host = "mx.example.org",
                       .address = "192.0.2.1"};
    session.demand.policy = Demand::Policy::sts;
    session.demand.host_proven = true;
    return session;
}

TEST(TlsTally, SaysUnderWhichPolicy)
{
    EXPECT_EQ(tally_of(sts()).policy,
              R"({"policy-domain":"example.org","policy-type":"sts","policy-string":["version: STSv1",)"
              R"("mode: testing","mx: *.example.org","max_age: 86400"],"mx-host":["*.example.org"]})");
    EXPECT_EQ(tally_of({.domain = "example.org"}).policy,
              R"({"policy-domain":"example.org","policy-type":"no-policy-found"})");
    TlsSession dane{.domain = "example.org", .host = "mx.example.org"};
    dane.demand.policy = Demand::Policy::tlsa;
    dane.demand.records = {{3, 1, 1, "\x01\xff"}};
    EXPECT_EQ(tally_of(dane).policy, R"({"policy-domain":"example.org","policy-type":"tlsa",)"
                                     R"("policy-string":["3 1 1 01ff"],"mx-host":["mx.example.org"]})");
}

TEST(TlsTally, SaysWhatFailed)
{
    const auto of = [](auto change) {
        auto session = sts();
        change(session);
        const auto failure = tally_of(session).facts;
        return failure.substr(0, failure.find(",\"rec"));
    };
    EXPECT_EQ(of([](auto&) {}), "");
    EXPECT_EQ(of([](auto& s) { s.tls = Client::Tls::not_offered; }),
              R"({"result-type":"starttls-not-supported")");
    EXPECT_EQ(of([](auto& s) { s.tls = Client::Tls::failed; }), R"({"result-type":"validation-failure")");
    EXPECT_EQ(of([](auto& s) { s.demand.host_proven = false; }), R"({"result-type":"validation-failure")");
    EXPECT_EQ(of([](auto& s) { s.certificate = CertificateFault::expired; }),
              R"({"result-type":"certificate-expired")");
    EXPECT_EQ(of([](auto& s) { s.certificate = CertificateFault::other_host; }),
              R"({"result-type":"certificate-host-mismatch")");
    EXPECT_EQ(of([](auto& s) { s.certificate = CertificateFault::not_trusted; }),
              R"({"result-type":"certificate-not-trusted")");
    EXPECT_EQ(of([](auto& s) {
                  s.demand.policy = Demand::Policy::none;
                  s.certificate = CertificateFault::not_trusted; // whom nobody expected
              }),
              "");
    EXPECT_EQ(of([](auto& s) {
                  s.demand = {};
                  s.fault = "sts-policy-invalid";
              }),
              R"({"result-type":"sts-policy-invalid")");
    EXPECT_EQ(of([](auto& s) { s.demand.policy = Demand::Policy::tlsa; }),
              R"({"result-type":"tlsa-invalid")");
    EXPECT_EQ(of([](auto& s) {
                  s.demand.policy = Demand::Policy::tlsa;
                  s.demand.records = {{3, 1, 1, "x"}};
                  s.certificate = CertificateFault::not_trusted;
              }),
              R"({"result-type":"validation-failure")");
}

TEST(TlsRptRecord, NamesWhoIsTold)
{
    EXPECT_THAT(parse_tls_rpt({"other", "v=TLSRPTv1; rua=mailto:a@b.test,https://c.test/x ; "}),
                ElementsAre("mailto:a@b.test", "https://c.test/x"));
    for (const std::vector<std::string>& none :
         {std::vector<std::string>{},
          {"v=TLSRPTv1"},
          {"v=TLSRPTv2; rua=mailto:a@b.test"},
          {"v=TLSRPTv1; rua=http://c.test/"},
          {"v=TLSRPTv1; rua=mailto:a b@c.test"},
          {"v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test"},
          {"v=TLSRPTv1; rua=mailto:" + std::string(600, 'a')}})
        EXPECT_THAT(parse_tls_rpt(none), IsEmpty()) << (none.empty() ? "" : none.front());
    EXPECT_EQ(parse_tls_rpt({"v=TLSRPTv1; rua=mailto:1,mailto:2,mailto:3,mailto:4,mailto:5,mailto:6"}).size(),
              5u);
}

storage::TallyDay tls_day()
{
    storage::TallyDay day{20'000, "example.org", {}};
    auto bad = sts();
    bad.certificate = CertificateFault::expired;
    day.tallies = {tally_of(sts()), tally_of(bad), tally_of({.domain = "example.org"})};
    day.tallies[0].number = 7;
    return day;
}

ReportLetter tls_letter()
{
    ReportLetter letter;
    letter.organization = "us.test";
    letter.contact = "postmaster@us.test";
    letter.id = "r1";
    letter.hostname = "mail.us.test";
    letter.domain = "example.org";
    return letter;
}

TEST(TlsReport, IsWhatTheStandardHas)
{
    EXPECT_EQ(
        tls_report(tls_letter(), tls_day()),
        R"({"organization-name":"us.test","date-range":{"start-datetime":"2024-10-04T00:00:00Z",)"
        R"("end-datetime":"2024-10-04T23:59:59Z"},"contact-info":"postmaster@us.test","report-id":"r1",)"
        R"("policies":[{"policy":{"policy-domain":"example.org","policy-type":"no-policy-found"},)"
        R"("summary":{"total-successful-session-count":1,"total-failure-session-count":0}},)"
        R"({"policy":{"policy-domain":"example.org","policy-type":"sts","policy-string":)"
        R"(["version: STSv1","mode: testing","mx: *.example.org","max_age: 86400"],"mx-host":)"
        R"(["*.example.org"]},"summary":{"total-successful-session-count":7,)"
        R"("total-failure-session-count":1},"failure-details":[{"result-type":"certificate-expired",)"
        R"("receiving-mx-hostname":"mx.example.org","receiving-ip":"192.0.2.1",)"
        R"("failed-session-count":1}]}]})");
}

TEST(TlsReport, IsAMessage)
{
    auto report = tls_letter();
    attach_tls_report(report, tls_day(), gzip(tls_report(report, tls_day())));
    EXPECT_EQ(report.tls, storage::TlsWish::waived);
    const auto text = report.text("tls@example.org", storage::Time{});
    const mime::Header header(text);
    EXPECT_THAT(text, HasSubstr("\r\nTLS-Report-Domain: example.org\r\nTLS-Report-Submitter: us.test\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nSubject: Report Domain: example.org\r\n Submitter: us.test\r\n"));
    EXPECT_THAT(text, HasSubstr("report-type=\"tlsrpt\""));
    EXPECT_THAT(text, HasSubstr("filename=\"us.test!example.org!1728000000!1728086399!r1.json.gz\""));
    EXPECT_THAT(text, HasSubstr("\r\nTLS-Required: No\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nContent-Type: application/tlsrpt+gzip\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\n\r\nH4sI")) << "gzip begins so in base64";
    for (std::size_t at = 0, end = 0; (end = text.find("\r\n", at)) != std::string::npos; at = end + 2)
        EXPECT_LE(end - at, 998u);
}

} // namespace
} // namespace pillarbox::outbound

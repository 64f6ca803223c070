#include "tests/unit/outbound/client_test.hpp"

#include <gmock/gmock.h>

namespace pillarbox::outbound {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST_F(ClientTest, BeginsTlsAndForgetsWhatWasSaidBefore)
{
    const auto trust = net::TlsTrust::anybody();
    options_.trust = &trust;
    peer_->show_certificate(net::CertificateFault::not_trusted); // which nobody asked for
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250-PIPELINING
S: 250 STARTTLS
C: STARTTLS
S: 220 go ahead
C: EHLO us.example
S: 250 hop.example
C: MAIL FROM:<a@us.example>
S: 250 ok
C: RCPT TO:<b@hop.example>
S: 250 ok
C: DATA
S: 354 go ahead
C: Subject: hi
C: 
C: ..dot
C: .
S: 250 2.0.0 taken
C: QUIT
S: 221 bye)");
    EXPECT_TRUE(peer_->secure());
    EXPECT_EQ(outcome(), "delivered 2.0.0 250 2.0.0 taken");
}

constexpr std::string_view until_tls = R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250 STARTTLS
C: STARTTLS
S: 220 go ahead
)";

TEST_F(ClientTest, LeavesWhoDoesNotProveToBeWhoIsDemanded)
{
    const auto trust = net::TlsTrust::anybody();
    options_.trust = &trust;
    options_.tls_required = options_.certificate_required = true;
    options_.demanded_by = "the MTA-STS policy of hop.example";
    for (const auto& [fault, words] :
         {std::pair(net::CertificateFault::expired, "is out of date"),
          std::pair(net::CertificateFault::other_host, "is for another host"),
          std::pair(net::CertificateFault::not_trusted, "nobody who is trusted")}) {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_);
        started_ = false;
        peer_->show_certificate(fault);
        dialogue(std::string(until_tls) + "C: QUIT\nS: 221 bye\n");
        EXPECT_THAT(outcome(), StartsWith("later 4.7.5 "));
        EXPECT_THAT(outcome(), HasSubstr(words));
        EXPECT_THAT(outcome(), HasSubstr("the MTA-STS policy of hop.example demands"));
    }
}

TEST_F(ClientTest, LeavesWhoDoesNotBeginTlsThatIsDemanded)
{
    const auto trust = net::TlsTrust::anybody();
    options_.trust = &trust;
    options_.tls_required = true;
    for (const std::string_view script :
         {"S: 220 hop.example\nC: EHLO us.example\nS: 250 hop.example\n"
          "C: QUIT\nS: 221 bye\n",
          "S: 220 hop.example\nC: EHLO us.example\nS: 250-hop.example\n"
          "S: 250 STARTTLS\nC: STARTTLS\nS: 454 not now\nC: QUIT\nS: 221 bye\n"}) {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_);
        started_ = false;
        dialogue(script);
        EXPECT_EQ(outcome(), "later 4.7.4 hop.example does not begin TLS, which is required");
    }
}

TEST_F(ClientTest, SendsWhatNeedsTlsOnlyToWhoPromisesIt)
{
    const auto trust = net::TlsTrust::anybody();
    options_.trust = &trust;
    envelope_.require_tls = true;
    struct Case
    {
        bool host_proven;
        net::CertificateFault fault;
        bool offered;
        bool sent;
    };
    using net::CertificateFault;
    for (const auto& each :
         {Case{true, CertificateFault::none, true, true}, Case{false, CertificateFault::none, true, false},
          Case{true, CertificateFault::other_host, true, false},
          Case{true, CertificateFault::none, false, false}}) {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_);
        started_ = false;
        options_.host_proven = each.host_proven;
        peer_->show_certificate(each.fault);
        std::string script = std::string(until_tls) + "C: EHLO us.example\nS: 250-hop.example\n" +
                             (each.offered ? "S: 250 REQUIRETLS\n" : "S: 250 DSN\n");
        script += each.sent ? "C: MAIL FROM:<a@us.example> REQUIRETLS\n" : "C: QUIT\nS: 221 bye\n";
        dialogue(script);
        if (!each.sent) EXPECT_THAT(outcome(), StartsWith("failed 5.7.30 "));
        if (each.sent) end();
    }
}

TEST_F(ClientTest, SignsInOnlyUnderTls)
{
    options_.user = "us";
    options_.password = "secret";
    dialogue("S: 220 hop.example\nC: EHLO us.example\nS: 250-hop.example\nS: 250 AUTH PLAIN\n"
             "C: QUIT\nS: 221 bye\n");
    EXPECT_THAT(outcome(), StartsWith("later 4.7.11 "));
}

TEST_F(ClientTest, SignsIn)
{
    const auto trust = net::TlsTrust::anybody();
    options_.trust = &trust;
    options_.user = "us";
    options_.password = "secret";
    for (const auto& [script, expected] :
         {std::pair("S: 250 AUTH PLAIN\nC: AUTH PLAIN\nS: 334 \nC: AHVzAHNlY3JldA==\nS: 235 welcome\n"
                    "C: MAIL FROM:<a@us.example>\n",
                    "lost"),
          std::pair("S: 250 AUTH PLAIN\nC: AUTH PLAIN\nS: 334 \nC: AHVzAHNlY3JldA==\n"
                    "S: 535 5.7.8 who?\nC: QUIT\n",
                    "later 5.7.8 535 5.7.8 who?"),
          std::pair(
              "S: 250 AUTH LOGIN\nC: AUTH LOGIN\nS: 334 x\nC: dXM=\nS: 334 x\nC: c2VjcmV0\nS: 235 welcome\n"
              "C: MAIL FROM:<a@us.example>\n",
              "lost"),
          std::pair("S: 250 AUTH CRAM-MD5\nC: QUIT\n", "later 4.7.0 ")}) {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_);
        started_ = false;
        dialogue(std::string(until_tls) + "C: EHLO us.example\nS: 250-hop.example\n" + script);
        end();
        EXPECT_THAT(outcome(), StartsWith(expected)) << script;
    }
}

} // namespace
} // namespace pillarbox::outbound

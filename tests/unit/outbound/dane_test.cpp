#include "server/outbound/dane.hpp"

#include "server/outbound/demand.hpp"

#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using net::dns::Tlsa;
using TlsaAnswer = net::DnsAnswer<Tlsa>;
using DaneKind = DaneFinding::Kind;

const std::string sha256(32, 'a');
const std::string sha512(64, 'b');

TlsaAnswer answer(std::vector<Tlsa> records, bool secure = true)
{
    TlsaAnswer answer;
    answer.kind = records.empty() ? TlsaAnswer::Kind::none : TlsaAnswer::Kind::found;
    answer.secure = secure;
    answer.records = std::move(records);
    return answer;
}

TEST(Dane, KnowsWhereRecordsAre)
{
    EXPECT_EQ(tlsa_name("mx.example.org", 25), "_25._tcp.mx.example.org");
}

TEST(Dane, TakesRecordsThatCount)
{
    for (const auto& record : {Tlsa{3, 1, 1, sha256}, Tlsa{3, 0, 2, sha512}, Tlsa{2, 0, 1, sha256},
                               Tlsa{2, 1, 2, sha512}, Tlsa{2, 0, 0, "a certificate"}}) {
        const auto finding = judge_tlsa(answer({record}));
        EXPECT_EQ(finding.kind, DaneKind::usable);
        ASSERT_EQ(finding.records.size(), 1u);
        EXPECT_EQ(finding.records.front(), record);
    }
}

TEST(Dane, PassesOverRecordsThatDoNot)
{
    const std::vector<Tlsa> useless{{0, 1, 1, sha256}, {1, 1, 1, sha256}, {4, 1, 1, sha256},
                                    {3, 2, 1, sha256}, {3, 1, 3, sha256}, {3, 1, 1, sha512},
                                    {3, 1, 2, sha256}, {3, 1, 0, ""}};
    for (const auto& record : useless)
        EXPECT_EQ(judge_tlsa(answer({record})).kind, DaneKind::unusable);
    auto some = useless;
    some.push_back({3, 1, 1, sha256});
    EXPECT_EQ(judge_tlsa(answer(some)).records.size(), 1u);
}

TEST(Dane, CountsOnlyWhatDnssecVouchesFor)
{
    EXPECT_EQ(judge_tlsa(answer({{3, 1, 1, sha256}}, false)).kind, DaneKind::none);
    EXPECT_EQ(judge_tlsa(answer({})).kind, DaneKind::none);
    TlsaAnswer bogus;
    bogus.why = "DNSSEC: forged";
    const auto finding = judge_tlsa(bogus);
    EXPECT_EQ(finding.kind, DaneKind::unknown);
    EXPECT_EQ(finding.why, "DNSSEC: forged");
}

TEST(Dane, DemandsTls)
{
    const auto usable = demand_of(judge_tlsa(answer({{3, 1, 1, sha256}})), "mx.example.org");
    EXPECT_TRUE(usable.tls && usable.certificate && usable.host_proven && usable.host_allowed);
    EXPECT_EQ(usable.records.size(), 1u);
    const auto unusable = demand_of(judge_tlsa(answer({{0, 1, 1, sha256}})), "mx.example.org");
    EXPECT_TRUE(unusable.tls);
    EXPECT_FALSE(unusable.certificate || unusable.host_proven);
}

} // namespace
} // namespace pillarbox::outbound

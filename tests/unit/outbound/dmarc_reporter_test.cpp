#include "server/outbound/dmarc_reporter.hpp"

#include "server/mailauth/dmarc_facts.hpp"
#include "tests/unit/mailauth/zone.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::outbound {
namespace {

using boost::asio::awaitable;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr auto dmarc = storage::TallyKind::dmarc;
constexpr std::int64_t today = 20'000;

class DmarcReporterTest : public mailflow::StoreFixture
{
public:
    /// A message of yesterday.
    void count(const std::string& domain, std::int64_t day = today - 1, std::string source = "192.0.2.7")
    {
        mailauth::DmarcFacts facts;
        facts.source = std::move(source);
        facts.header_from = domain;
        EXPECT_TRUE(run(store().tallies().add(dmarc, {{day, domain, {{"", facts.text(), 1}}}})));
    }

    void report(const std::string& zone, std::int64_t day = today)
    {
        mailauth::test::Zone dns(zone);
        DmarcReporter reporter(store(), "mail.example.test", nullptr, dns);
        test::run_task(context(), reporter.report_due(storage::Time(std::chrono::days(day))));
    }

    /// To whom mail waits.
    std::vector<std::string> queued()
    {
        std::vector<std::string> all;
        const auto entries = run(queue().list(100));
        for (const auto& entry : *entries)
            all.push_back(entry.recipient);
        return all;
    }

    bool kept()
    {
        const auto day = run(store().tallies().next_day(dmarc, 1'000'000, 0, ""));
        return day && *day;
    }
};

TEST_F(DmarcReporterTest, TellsWhoAsksOnce)
{
    const std::string zone = "_dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:d@a.example\n";
    count("a.example");
    report(zone, today - 1);
    EXPECT_THAT(queued(), IsEmpty()) << "the day is not over";
    report(zone);
    report(zone);
    EXPECT_THAT(queued(), ElementsAre("d@a.example"));
    const auto entries = run(queue().list(100));
    EXPECT_EQ(entries->front().reverse_path, "");
    EXPECT_FALSE(kept());
}

TEST_F(DmarcReporterTest, TellsSomeoneHere)
{
    count("a.example");
    report("_dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:bob@example.test\n"
           "a.example._report._dmarc.example.test TXT v=DMARC1\n");
    EXPECT_THAT(queued(), IsEmpty());
    EXPECT_FALSE(kept());
}

// RFC 9990 §4.
TEST_F(DmarcReporterTest, AsksOthersWhetherTheyWantToHear)
{
    const std::string zone = "_dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:x@yes.test, mailto:x@no.test,"
                             "mailto:x@sub.a.example, https://a.example/, mailto:x@moved.test,"
                             "mailto:x@strange.test, mailto:x@bad.test\n"
                             "a.example._report._dmarc.yes.test TXT v=DMARC1;\n"
                             "a.example._report._dmarc.moved.test TXT v=DMARC1; rua=mailto:y@moved.test\n"
                             "a.example._report._dmarc.strange.test TXT v=DMARC1; rua=mailto:y@victim.test\n"
                             "a.example._report._dmarc.bad.test TXT DMARC1\n";
    count("a.example");
    report(zone);
    EXPECT_THAT(queued(),
                UnorderedElementsAre("x@yes.test", "x@sub.a.example", "y@moved.test", "x@strange.test"));
}

TEST_F(DmarcReporterTest, AsksForTheRecordAnew)
{
    count("a.example");
    count("b.example");
    count("c.example");
    report("_dmarc.a.example TXT v=DMARC1; p=none\n"
           "_dmarc.b.example TXT v=DMARC1; p=none; rua=mailto:d@b.example\n"
           "_dmarc.b.example TXT v=DMARC1; p=none; rua=mailto:e@b.example\n");
    EXPECT_THAT(queued(), IsEmpty());
    EXPECT_FALSE(kept());
}

TEST_F(DmarcReporterTest, SendsNoMoreThanIsAskedFor)
{
    for (int i = 0; i < 300; ++i)
        count("a.example", today - 1, "192.0.2." + std::to_string(i * 7919));
    report(
        "_dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:small@a.example!1k, mailto:large@a.example!1m\n");
    EXPECT_THAT(queued(), ElementsAre("large@a.example"));
}

// Whose DNS does not answer must not hold up the others.
TEST_F(DmarcReporterTest, WaitsForDnsAWeek)
{
    const std::string silent = "_dmarc.a.example FAULT x\n"
                               "_dmarc.b.example TXT v=DMARC1; p=none; rua=mailto:d@b.example\n"
                               "_dmarc.c.example TXT v=DMARC1; p=none; rua=mailto:d@silent.test\n"
                               "c.example._report._dmarc.silent.test FAULT x\n";
    count("a.example");
    count("b.example");
    count("c.example");
    report(silent);
    EXPECT_THAT(queued(), ElementsAre("d@b.example"));
    report("_dmarc.a.example TXT v=DMARC1; p=none; rua=mailto:d@a.example\n"
           "_dmarc.c.example FAULT x\n",
           today + 6);
    EXPECT_THAT(queued(), UnorderedElementsAre("d@a.example", "d@b.example"));
    EXPECT_TRUE(kept());
    report(silent, today + 7);
    EXPECT_FALSE(kept());
}

} // namespace
} // namespace pillarbox::outbound

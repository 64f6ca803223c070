#include "server/mailflow/dmarc_tally.hpp"

#include "tests/unit/mailflow/store_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

using mailauth::DmarcFacts;
using mailauth::DmarcPolicy;
using mailauth::DmarcResult;
using Became = DmarcFacts::Disposition;
using Override = DmarcFacts::Override;

constexpr auto dmarc = storage::TallyKind::dmarc;

/// Somebody who asks for reports, and whose message failed as `reject` has it.
mailauth::Findings findings()
{
    mailauth::Findings found;
    found.spf = {.result = mailauth::SpfResult::fail, .domain = "other.test"};
    found.dkim = {{.outcome = dkim::Outcome::fail, .domain = "example.org", .selector = "s1"}};
    found.dmarc.result = DmarcResult::fail;
    found.dmarc.domain = "news.example.org";
    found.dmarc.policy = DmarcPolicy::reject;
    found.dmarc.applied = {"example.org", {.reports = {"mailto:a@example.org"}}};
    return found;
}

std::optional<DmarcMessage> tally_message(const mailauth::Findings& found, Config::Verify terms = {},
                                          std::string_view subject = "hello")
{
    if (terms.dmarc_reports == DmarcReports::off) terms.dmarc_reports = DmarcReports::rfc9990;
    const mailauth::SpfQuestion sender{boost::asio::ip::make_address("::ffff:192.0.2.7"), "mx.other.test",
                                       "x@other.test"};
    return dmarc_message(found, sender, mime::Header("Subject: " + std::string(subject) + "\r\n\r\n"), terms);
}

TEST(DmarcMessage, SaysWhatWasFound)
{
    const auto told = tally_message(findings());
    ASSERT_TRUE(told);
    EXPECT_EQ(told->domain, "example.org");
    EXPECT_EQ(told->facts, (DmarcFacts{.source = "192.0.2.7",
                                       .header_from = "news.example.org",
                                       .envelope_from = "other.test",
                                       .spf_domain = "other.test",
                                       .spf_result = "fail",
                                       .signatures = {{"example.org", "s1", "fail"}},
                                       .disposition = Became::reject}));
}

TEST(DmarcMessage, SaysWhatBecameOfIt)
{
    struct Case
    {
        const char* what;
        DmarcResult result;
        DmarcPolicy policy;
        bool eased;
        Config::Verify terms;
        Became became;
        Override overridden = Override::none;
    };
    using enum DmarcPolicy;
    const Config::Verify usual;
    const Config::Verify noting{.mode = Config::Verify::Mode::note};
    const Config::Verify to_inbox{.quarantine_to_junk = false};
    for (const auto& one : std::vector<Case>{
             {"passes", DmarcResult::pass, reject, false, usual, Became::pass},
             {"passes, of no policy", DmarcResult::pass, none, false, usual, Became::none},
             {"is refused", DmarcResult::fail, reject, false, usual, Became::reject},
             {"goes to Junk", DmarcResult::fail, quarantine, false, usual, Became::quarantine},
             {"goes to Junk instead", DmarcResult::fail, quarantine, true, usual, Became::quarantine,
              Override::policy_test_mode},
             {"is let through", DmarcResult::fail, none, true, usual, Became::none,
              Override::policy_test_mode},
             {"may fail", DmarcResult::fail, none, false, usual, Became::none},
             {"is only noted", DmarcResult::fail, reject, false, noting, Became::none,
              Override::local_policy},
             {"goes to the Inbox", DmarcResult::fail, quarantine, false, to_inbox, Became::none,
              Override::local_policy},
         }) {
        auto found = findings();
        found.dmarc.result = one.result;
        found.dmarc.policy = one.policy;
        found.dmarc.eased = one.eased;
        const auto told = tally_message(found, one.terms);
        ASSERT_TRUE(told) << one.what;
        EXPECT_EQ(told->facts.disposition, one.became) << one.what;
        EXPECT_EQ(told->facts.overridden, one.overridden) << one.what;
    }
}

TEST(DmarcMessage, SaysThatAForwarderIsTrusted)
{
    auto found = findings();
    found.believed = "lists.example.org";
    const auto told = tally_message(found);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->facts.disposition, Became::none);
    EXPECT_EQ(told->facts.overridden, Override::trusted_forwarder);
}

TEST(DmarcMessage, IsNotToldWhereNobodyAsks)
{
    auto found = findings();
    found.dmarc.applied->record.reports.clear();
    EXPECT_FALSE(tally_message(found));
    found = findings();
    found.dmarc.applied.reset();
    EXPECT_FALSE(tally_message(found)) << "DNS could not tell";
    EXPECT_FALSE(dmarc_message(findings(), {}, mime::Header("\r\n"), {})) << "they are off";
}

// Two servers would report on each other's reports for ever.
TEST(DmarcMessage, IsNotToldOfReports)
{
    EXPECT_FALSE(tally_message(findings(), {},
                               "Report Domain: a.test\r\n Submitter: b.test\r\n Report-ID: <1@b.test>"));
    EXPECT_FALSE(tally_message(findings(), {}, "report domain: a.test Submitter: b.test"));
    EXPECT_TRUE(tally_message(findings(), {}, "Report Domain: a.test"));
    EXPECT_TRUE(tally_message(findings(), {}, "Fwd: Report Domain: a.test Submitter: b.test"));
}

class DmarcTallyTest : public StoreFixture
{
public:
    /// What is written down once it has run.
    std::vector<storage::TallyDay> written(DmarcTally& tally)
    {
        tally.stop();
        boost::asio::co_spawn(context(), tally.run(), boost::asio::detached);
        context().restart();
        context().run();
        std::vector<storage::TallyDay> days;
        std::int64_t day = 0;
        std::string domain;
        for (auto next = run(store().tallies().next_day(dmarc, 1'000'000, day, domain)); next && *next;
             next = run(store().tallies().next_day(dmarc, 1'000'000, day, domain))) {
            day = (*next)->day;
            domain = (*next)->domain;
            days.push_back(**next);
        }
        return days;
    }
};

TEST_F(DmarcTallyTest, CountsWhatIsAlikeByItsDay)
{
    DmarcTally tally(context().get_executor(), store().tallies());
    const auto told = tally_message(findings());
    auto other = *told;
    other.facts.source = "192.0.2.8";
    const storage::Time noon{std::chrono::days(20'000) + std::chrono::hours(12)};
    tally.count(*told, noon);
    tally.count(*told, noon + std::chrono::hours(11));
    tally.count(other, noon);
    tally.count(*told, noon + std::chrono::hours(12));
    const auto days = written(tally);
    ASSERT_EQ(days.size(), 2u);
    EXPECT_EQ(days[0].domain, "example.org");
    EXPECT_EQ(days[0].day, 20'000);
    EXPECT_EQ(days[0].tallies,
              (std::vector<storage::Tally>{{"", told->facts.text(), 2}, {"", other.facts.text(), 1}}));
    EXPECT_EQ(days[1].day, 20'001);
}

TEST_F(DmarcTallyTest, HoldsSoManyInMemory)
{
    DmarcTally tally(context().get_executor(), store().tallies());
    auto told = *tally_message(findings());
    for (int i = 0; i < 10'500; ++i) {
        told.domain = std::to_string(i / 900) + ".example.org";
        told.facts.source = std::to_string(i);
        tally.count(told, storage::Time(std::chrono::days(20'000)));
    }
    std::size_t kinds = 0;
    for (const auto& day : written(tally))
        kinds += day.tallies.size();
    EXPECT_EQ(kinds, 10'000u);
}

} // namespace
} // namespace pillarbox::mailflow

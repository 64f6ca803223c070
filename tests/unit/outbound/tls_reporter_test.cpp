#include "server/outbound/tls_reporter.hpp"

#include "tests/unit/mailflow/store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::outbound {
namespace {

using boost::asio::awaitable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto tls = storage::TallyKind::tls;
constexpr std::int64_t report_day = 20'000;

/// Signs whatever there is.
class Sign final : public mailflow::Signer
{
public:
    awaitable<storage::Result<std::string>> sign(std::string domain, const storage::Spool&) override
    {
        co_return "DKIM-Signature: d=" + domain + "\r\n";
    }
};

/// Sessions of yesterday with the servers of two domains, which publish what a test says.
class TlsReporterTest : public mailflow::StoreFixture
{
public:
    TlsReporterTest()
    {
        for (const auto* domain : {"a.example", "b.example"})
            EXPECT_TRUE(run(store().tallies().add(tls, {{report_day - 1, domain, {{"{}", "", 2}}}})));
    }

    void report(std::int64_t day = report_day)
    {
        run_void(reporter_.report_due(storage::Time(std::chrono::days(day))));
    }

    void run_void(awaitable<void> task) { test::run_task(context(), std::move(task)); }

    /// "a.example@19999" and the like, of what is still kept.
    std::vector<std::string> kept()
    {
        std::vector<std::string> all;
        for (auto day = run(store().tallies().next_day(tls, 1'000'000, 0, "")); day && *day;
             day = run(store().tallies().next_day(tls, 1'000'000, 0, ""))) {
            all.push_back((*day)->domain);
            EXPECT_TRUE(run(store().tallies().forget_day(tls, (*day)->day, (*day)->domain)));
        }
        return all;
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

    TlsReporter::World world()
    {
        const auto txt = [this](std::string name) -> awaitable<TlsReporter::Texts> {
            TlsReporter::Texts texts;
            texts.kind = answer_;
            if (answer_ == TlsReporter::Texts::Kind::found && name == "_smtp._tls.a.example")
                texts.records = {record_};
            co_return texts;
        };
        const auto post = [this](std::string uri, std::string) -> awaitable<TlsReporter::Posted> {
            posted_.push_back(uri);
            co_return net::HttpAnswer{201, "", ""};
        };
        return {txt, post};
    }

    Sign sign_;
    TlsReporter reporter_{store(), "mail.example.test", &sign_, world()};
    TlsReporter::Texts::Kind answer_ = TlsReporter::Texts::Kind::found;
    std::string record_ = "v=TLSRPTv1; rua=mailto:tls@a.example";
    std::vector<std::string> posted_;
};

TEST_F(TlsReporterTest, TellsWhoAsksAndForgets)
{
    report();
    EXPECT_THAT(queued(), ElementsAre("tls@a.example"));
    EXPECT_THAT(kept(), IsEmpty());
    report();
    EXPECT_EQ(queued().size(), 1u);
}

TEST_F(TlsReporterTest, SignsWhatItSendsInTheNameOfOurDomain)
{
    report();
    const auto entries = run(queue().list(100));
    ASSERT_EQ(entries->size(), 1u);
    auto reader = run(queue().open(entries->front().id));
    ASSERT_TRUE(reader);
    const auto text = run((*reader)->next());
    ASSERT_TRUE(text);
    EXPECT_THAT(std::string(*text), testing::StartsWith("DKIM-Signature: d=example.test\r\n"));
}

TEST_F(TlsReporterTest, PostsWhereThatIsAskedFor)
{
    record_ = "v=TLSRPTv1; rua=https://a.example/tls,mailto:bob@example.test";
    report();
    EXPECT_THAT(posted_, ElementsAre("https://a.example/tls"));
    EXPECT_THAT(queued(), IsEmpty()) << "bob is here";
    EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(TlsReporterTest, TellsNobodyOfADayThatIsNotOver)
{
    report(report_day - 1);
    EXPECT_THAT(queued(), IsEmpty());
    EXPECT_THAT(kept(), ElementsAre("a.example", "b.example"));
}

TEST_F(TlsReporterTest, WaitsForDnsAWeek)
{
    answer_ = TlsReporter::Texts::Kind::unknown;
    report();
    report(report_day + 6);
    answer_ = TlsReporter::Texts::Kind::found;
    report(report_day + 6);
    EXPECT_THAT(queued(), ElementsAre("tls@a.example"));
    EXPECT_TRUE(run(store().tallies().add(tls, {{report_day, "a.example", {{"{}", "", 1}}}})));
    answer_ = TlsReporter::Texts::Kind::unknown;
    report(report_day + 8);
    EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(TlsReporterTest, BeginsNothingOnceItIsStopped)
{
    reporter_.stop();
    report();
    EXPECT_THAT(kept(), ElementsAre("a.example", "b.example"));
}

} // namespace
} // namespace pillarbox::outbound

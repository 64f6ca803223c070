#include "server/outbound/sts.hpp"

#include "server/outbound/demand.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using testing::HasSubstr;

std::string policy(std::string_view mode, std::string_view host = "mx.example.org")
{
    return fmt::format("version: STSv1\nmode: {}\nmx: {}\nmax_age: 86400\n", mode, host);
}

/// A domain that publishes what a test says, and a store that keeps it.
class StsTest : public mailflow::StoreFixture
{
public:
    StsTest()
    {
        texts_.kind = Texts::Kind::found;
        texts_.records = {"v=STSv1; id=1;"};
        fetched_ = net::HttpAnswer{200, "text/plain", policy("enforce")};
    }

    StsFinding find()
    {
        if (!policies_) policies_ = std::make_unique<StsPolicies>(store().tls_facts(), world());
        return run(policies_->find("example.org"));
    }

    /// The mode that holds, or "no policy"; and what was wrong.
    std::string found()
    {
        const auto finding = find();
        std::string out = "no policy";
        if (finding.rules) out = finding.rules->mode == StsRules::Mode::enforce ? "enforce" : "testing";
        if (!finding.fault.empty()) out += ", " + std::string(finding.fault);
        return out;
    }

    /// Another server, on the same store.
    void restart() { policies_.reset(); }

    using Texts = StsPolicies::Texts;

    StsPolicies::World world()
    {
        const auto txt = [this](std::string name) -> awaitable<Texts> {
            EXPECT_EQ(name, "_mta-sts.example.org");
            co_return texts_;
        };
        const auto fetch = [this](std::string domain) -> awaitable<StsPolicies::Fetched> {
            EXPECT_EQ(domain, "example.org");
            ++fetches_;
            co_return fetched_;
        };
        return {txt, fetch, [this] { return now_; }};
    }

    Texts texts_;
    StsPolicies::Fetched fetched_{net::HttpAnswer{}};
    int fetches_ = 0;
    storage::Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::unique_ptr<StsPolicies> policies_;
};

TEST_F(StsTest, IsFetchedOnceAndKeptOverRestarts)
{
    EXPECT_EQ(found(), "enforce");
    EXPECT_EQ(found(), "enforce");
    restart();
    fetched_ = net::HttpFailure("no connection");
    EXPECT_EQ(found(), "enforce");
    EXPECT_EQ(fetches_, 1);
}

TEST_F(StsTest, IsFetchedAgainUnderAnotherId)
{
    EXPECT_EQ(found(), "enforce");
    texts_.records = {"v=STSv1; id=2;"};
    fetched_ = net::HttpAnswer{200, "text/plain; charset=utf-8", policy("testing")};
    EXPECT_EQ(found(), "testing");
    fetched_ = net::HttpAnswer{200, "text/plain", policy("none")};
    texts_.records = {"v=STSv1; id=3;"};
    EXPECT_EQ(found(), "no policy");
    EXPECT_EQ(fetches_, 3);
}

TEST_F(StsTest, HoldsThoughItsRecordIsGone)
{
    EXPECT_EQ(found(), "enforce");
    for (const auto kind : {Texts::Kind::none, Texts::Kind::unknown}) {
        texts_.kind = kind;
        texts_.records.clear();
        EXPECT_EQ(found(), "enforce");
    }
    EXPECT_EQ(fetches_, 1);
}

TEST_F(StsTest, HoldsThoughTheNextOneCannotBeHad)
{
    EXPECT_EQ(found(), "enforce");
    texts_.records = {"v=STSv1; id=2;"};
    fetched_ = net::HttpFailure("no connection");
    EXPECT_EQ(found(), "enforce, sts-policy-fetch-error");
}

TEST_F(StsTest, IsRenewedBeforeItEnds)
{
    EXPECT_EQ(found(), "enforce");
    now_ += 11h;
    EXPECT_EQ(found(), "enforce");
    EXPECT_EQ(fetches_, 1);
    now_ += 2h; // more than half of its day
    EXPECT_EQ(found(), "enforce");
    EXPECT_EQ(fetches_, 2);
}

TEST_F(StsTest, IsOverAfterItsTime)
{
    now_ -= 25h; // fetched then
    EXPECT_EQ(found(), "enforce");
    now_ += 25h;
    texts_.records.clear();
    EXPECT_EQ(found(), "no policy");
}

TEST_F(StsTest, IsNotAskedForAgainAtOnce)
{
    fetched_ = net::HttpFailure("no connection");
    EXPECT_EQ(found(), "no policy, sts-policy-fetch-error");
    EXPECT_EQ(found(), "no policy, sts-policy-fetch-error");
    EXPECT_EQ(fetches_, 1);
    now_ += 5min;
    fetched_ = net::HttpAnswer{200, "text/plain", policy("enforce")};
    EXPECT_EQ(found(), "enforce");
    EXPECT_EQ(fetches_, 2);
}

TEST_F(StsTest, IsNotAskedForWithoutARecord)
{
    texts_.records = {"v=spf1 -all"};
    EXPECT_EQ(found(), "no policy");
    EXPECT_EQ(fetches_, 0);
}

TEST_F(StsTest, SaysWhatIsWrong)
{
    struct Case
    {
        StsPolicies::Fetched fetched;
        std::string expected;
    };
    for (const auto& [fetched, expected] : std::vector<Case>{
             {net::HttpAnswer{301, "text/plain", policy("enforce")}, "sts-policy-fetch-error"},
             {net::HttpAnswer{404, "text/plain", ""}, "sts-policy-fetch-error"},
             {net::HttpAnswer{200, "text/html", policy("enforce")}, "sts-policy-invalid"},
             {net::HttpAnswer{200, "text/plain", "<html>"}, "sts-policy-invalid"},
             {net::HttpFailure("certificate verify failed", true), "sts-webpki-invalid"},
         }) {
        fetched_ = fetched;
        policies_.reset();
        EXPECT_EQ(found(), "no policy, " + expected);
    }
}

TEST_F(StsTest, DemandsAServerThatItNames)
{
    const auto finding = find();
    const auto good = demand_of(finding, "example.org", "mx.example.org");
    EXPECT_TRUE(good.tls && good.certificate && good.host_allowed && good.host_proven);
    EXPECT_THAT(good.by, HasSubstr("example.org"));
    const auto other = demand_of(finding, "example.org", "mx.example.net");
    EXPECT_TRUE(other.tls);
    EXPECT_FALSE(other.host_allowed || other.host_proven);
    const auto none = demand_of({}, "example.org", "mx.example.org");
    EXPECT_FALSE(none.tls || none.host_proven);
    EXPECT_TRUE(none.host_allowed);
}

TEST_F(StsTest, DemandsNothingWhileItIsTested)
{
    fetched_ = net::HttpAnswer{200, "text/plain", policy("testing")};
    const auto finding = find();
    const auto demand = demand_of(finding, "example.org", "mx.example.net");
    EXPECT_EQ(demand.policy, Demand::Policy::sts);
    EXPECT_TRUE(demand.host_allowed);
    EXPECT_FALSE(demand.tls || demand.certificate || demand.host_proven);
}

} // namespace
} // namespace pillarbox::outbound

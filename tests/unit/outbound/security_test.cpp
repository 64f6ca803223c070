#include "server/outbound/security.hpp"

#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pillarbox::outbound {
namespace {

using boost::asio::awaitable;
using net::CertificateFault;
using testing::HasSubstr;

/// What a destination is owed that publishes, for MTA-STS, what a test says.
class SecurityTest : public mailflow::StoreFixture
{
public:
    Security about(std::string destination, const Relay* relay = nullptr)
    {
        Security security({resolver_, policies_, store().tls_facts(), store().tallies()},
                          std::make_shared<const Settings>(settings_));
        test::run_task(context(), security.look_up(std::move(destination), relay));
        return security;
    }

    Target target(std::string host = "mx.example.org") const
    {
        return {.host = std::move(host), .address = boost::asio::ip::make_address("192.0.2.1")};
    }

    StsPolicies::World world()
    {
        const auto txt = [this](std::string) -> awaitable<StsPolicies::Texts> {
            StsPolicies::Texts texts;
            texts.kind = policy_.empty() ? StsPolicies::Texts::Kind::none : StsPolicies::Texts::Kind::found;
            if (!policy_.empty()) texts.records = {"v=STSv1; id=1;"};
            co_return texts;
        };
        const auto fetch = [this](std::string) -> awaitable<StsPolicies::Fetched> {
            co_return net::HttpAnswer{200, "text/plain", policy_};
        };
        const auto now = [] {
            return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        };
        return {txt, fetch, now};
    }

    /// Sessions that are counted for reports.
    std::size_t counted()
    {
        const auto day = run(store().tallies().next_day(storage::TallyKind::tls, 1'000'000, 0, ""));
        return day && *day ? (*day)->tallies.size() : 0;
    }

    Settings settings_;
    std::string policy_;
    net::Reactor reactor_;
    net::Resolver resolver_{reactor_, {}}; // is not asked: DNSSEC vouches for nothing here
    StsPolicies policies_{store().tls_facts(), world()};
};

TEST_F(SecurityTest, ADomainWithoutAPolicyIsOwedNothing)
{
    auto security = about("example.org");
    const auto owed = run(security.owed_at(target(), false));
    EXPECT_FALSE(owed.demand.tls);
    EXPECT_FALSE(owed.refusal);
}

TEST_F(SecurityTest, APolicyNamesTheServers)
{
    policy_ = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n";
    auto security = about("example.org");
    const auto named = run(security.owed_at(target(), false));
    EXPECT_TRUE(named.demand.tls);
    EXPECT_TRUE(named.demand.certificate);
    EXPECT_FALSE(named.refusal);
    const auto other = run(security.owed_at(target("mx.example.net"), false));
    ASSERT_TRUE(other.refusal);
    EXPECT_EQ(other.refusal->status, "4.7.5");
    const auto waived = run(security.owed_at(target("mx.example.net"), true));
    EXPECT_FALSE(waived.refusal) << "TLS-Required: No";
    EXPECT_FALSE(waived.demand.tls);
    EXPECT_TRUE(waived.less_than_others);
}

TEST_F(SecurityTest, ARelayIsTheOperatorsChoice)
{
    policy_ = "version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n";
    Relay relay;
    relay.tls = MailRoute::Tls::verified;
    auto security = about("example.org", &relay);
    const auto owed = run(security.owed_at(target("relay.test"), false));
    EXPECT_TRUE(owed.demand.tls);
    EXPECT_FALSE(owed.refusal);
    EXPECT_EQ(run(security.compare(false, CertificateFault::none)), "");
}

TEST_F(SecurityTest, LessThanThereWasIsNoticed)
{
    auto security = about("example.org");
    EXPECT_EQ(run(security.compare(false, CertificateFault::none)), "");
    EXPECT_EQ(run(security.compare(true, CertificateFault::not_trusted)), "");
    EXPECT_THAT(run(security.compare(false, CertificateFault::none)), HasSubstr("in the clear"));
    EXPECT_EQ(run(security.compare(true, CertificateFault::none)), "") << "more than there was";
    EXPECT_THAT(run(security.compare(true, CertificateFault::not_trusted)), HasSubstr("proved who it is"));
    auto other = about("example.net");
    EXPECT_EQ(run(other.compare(false, CertificateFault::none)), "") << "another domain";
    auto address = about("[192.0.2.1]");
    EXPECT_EQ(run(address.compare(true, CertificateFault::none)), "") << "an address has no owner";
}

TEST_F(SecurityTest, SessionsAreCountedWhereReportsAreOn)
{
    const auto count = [this](Client::Tls tls) {
        auto security = about("example.org");
        test::run_task(context(), security.count(target(), {}, tls, CertificateFault::none));
    };
    count(Client::Tls::begun);
    EXPECT_EQ(counted(), 0u);
    settings_.tls_reports = true;
    count(Client::Tls::untried);
    EXPECT_EQ(counted(), 0u);
    count(Client::Tls::begun);
    count(Client::Tls::begun);
    count(Client::Tls::not_offered);
    EXPECT_EQ(counted(), 2u);
}

} // namespace
} // namespace pillarbox::outbound

#include "server/signing/domain_keys.hpp"

#include "tests/unit/mailflow/store_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace pillarbox::signing {
namespace {

using enum storage::DkimKey::State;

const std::string secret(32, 's');
constexpr storage::Time day = std::chrono::sys_days{std::chrono::year(2026) / 3 / 9} + std::chrono::hours(5);

class DomainKeysTest : public mailflow::StoreFixture
{
public:
    std::vector<storage::DkimKey> keys(const std::string& domain)
    {
        auto found = run(keys_of(store().dkim_keys(), pool_, secret, domain));
        EXPECT_TRUE(found) << domain;
        return found ? *found : std::vector<storage::DkimKey>{};
    }

    boost::asio::thread_pool pool_{1};
};

TEST_F(DomainKeysTest, MakesOneOfEachKind)
{
    const auto made = make_keys(secret, "example.test", waiting, {}, day);
    ASSERT_EQ(made.size(), 2u);
    EXPECT_EQ(made[0].selector, "pb20260309r");
    EXPECT_EQ(made[0].algorithm, "rsa-sha256");
    EXPECT_TRUE(made[0].record.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqh")) << made[0].record;
    EXPECT_EQ(made[0].state, waiting);
    EXPECT_EQ(made[1].selector, "pb20260309e");
    EXPECT_EQ(made[1].algorithm, "ed25519-sha256");
    EXPECT_TRUE(made[1].record.starts_with("v=DKIM1; k=ed25519; p=")) << made[1].record;
    EXPECT_EQ(made[1].created, day);

    const auto again = make_keys(secret, "example.test", waiting, made, day);
    EXPECT_EQ(again[0].selector, "pb20260309-2r");
    EXPECT_EQ(again[1].selector, "pb20260309-2e");
}

TEST_F(DomainKeysTest, OpensWhatIsInItsPlace)
{
    auto made = make_keys(secret, "example.test", active, {}, day);
    const auto opened = unsealed(secret, "example.test", made[1]);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->domain, "example.test");
    EXPECT_EQ(opened->selector, "pb20260309e");
    EXPECT_FALSE(unsealed(std::string(32, 'x'), "example.test", made[1]));
    EXPECT_FALSE(unsealed(secret, "example.org", made[1]));
    made[1].selector = made[0].selector;
    EXPECT_FALSE(unsealed(secret, "example.test", made[1]));
    made[1].sealed = "nonsense";
    EXPECT_FALSE(unsealed(secret, "example.test", made[1]));
}

TEST_F(DomainKeysTest, GivesADomainKeysOnce)
{
    const auto first = keys("example.test");
    ASSERT_EQ(first.size(), 2u);
    EXPECT_EQ(first[0].state, active);
    EXPECT_TRUE(unsealed(secret, "example.test", first[0]));
    const auto second = keys("example.test");
    ASSERT_EQ(second.size(), 2u);
    EXPECT_EQ(second[0].record, first[0].record);
    EXPECT_EQ(run(keys_of(store().dkim_keys(), pool_, secret, "elsewhere.example")).error(),
              storage::Errc::not_found);
}

} // namespace
} // namespace pillarbox::signing

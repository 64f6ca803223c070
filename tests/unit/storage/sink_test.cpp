#include "storage/accounts.hpp"

#include "tests/unit/storage/store_test.hpp"

#include <string>

namespace pillarbox::storage {
namespace {

/// With everything that nobody is meant by going to bob.
class SinkTest : public StoreTest
{
public:
    SinkTest()
    {
        options_.sink = "Bob@Example.org";
        reopen();
    }

    /// The local addresses it leads to, and how many elsewhere.
    std::string leads(const std::string& local_part, const std::string& domain)
    {
        const auto route = run(accounts().route(local_part, domain));
        if (!route) return route.error().message();
        std::string text;
        for (const auto& local : route->local)
            text += local.address + " ";
        return text + std::to_string(route->remote.size());
    }
};

TEST_F(SinkTest, TakesWhatLeadsNowhereOrElsewhere)
{
    EXPECT_EQ(leads("alice", "example.org"), "alice@example.org 0");
    EXPECT_EQ(leads("nobody", "example.org"), "bob@example.org 0");
    EXPECT_EQ(leads("anybody", "example.com"), "bob@example.org 0");

    ASSERT_TRUE(run(accounts().add_alias({"out@example.org", {"away@example.com", "alice@example.org"}})));
    EXPECT_EQ(leads("out", "example.org"), "alice@example.org bob@example.org 0");
    ASSERT_TRUE(run(accounts().set_alias_enabled("out@example.org", false)));
    EXPECT_EQ(leads("out", "example.org"), "bob@example.org 0");
}

TEST_F(SinkTest, NothingLeavesWithoutItsAccount)
{
    ASSERT_TRUE(run(accounts().remove("bob@example.org")));
    ASSERT_TRUE(run(accounts().add_alias({"out@example.org", {"away@example.com"}})));
    for (const auto* domain : {"example.org", "example.com"}) {
        const auto route = run(accounts().route("out", domain));
        ASSERT_FALSE(route) << domain;
        EXPECT_EQ(route.error(), Errc::not_found) << domain;
    }
    EXPECT_EQ(leads("alice", "example.org"), "alice@example.org 0");
}

} // namespace
} // namespace pillarbox::storage

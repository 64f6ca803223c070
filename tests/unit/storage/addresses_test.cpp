#include "tests/unit/storage/store_test.hpp"

#include <chrono>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

/// What leads to an account and what it may send from; alice@ and bob@ are there.
class AddressesTest : public StoreTest
{
public:
    NewAccount named(const std::string& address, bool admin = false)
    {
        NewAccount account;
        account.address = address;
        account.password_hash = "hash";
        account.admin = admin;
        return account;
    }

    Result<void> add_alias(const std::string& address, std::vector<std::string> targets)
    {
        return run(accounts().add_alias({address, std::move(targets)}));
    }

    /// Where mail goes, in one line: local addresses, then remote ones.
    std::string route(const std::string& local_part, const std::string& domain)
    {
        const auto route = run(accounts().route(local_part, domain));
        if (!route) return failure(static_cast<Errc>(route.error().value()));
        std::string line;
        for (const auto& local : route->local)
            line += (line.empty() ? "" : " ") + local.address;
        for (const auto& remote : route->remote)
            line += (line.empty() ? ">" : " >") + remote;
        return line;
    }

    static std::string failure(Errc error) { return "error: " + std::to_string(static_cast<int>(error)); }
};

TEST_F(AddressesTest, AlwaysHasAnAbuseAddress)
{
    EXPECT_EQ(route("abuse", "example.org"), failure(Errc::not_found)); // no administrator yet
    ASSERT_TRUE(run(accounts().add({named("admin@example.org", true)})));
    EXPECT_EQ(route("Abuse", "example.org"), "admin@example.org");
    ASSERT_TRUE(run(accounts().set_admin("Admin@example.org", false)));
    EXPECT_EQ(route("abuse", "example.org"), failure(Errc::not_found));
    ASSERT_TRUE(run(accounts().set_admin("admin@example.org", true)));
    EXPECT_EQ(run(accounts().set_admin("nobody@example.org", true)).error(), Errc::not_found);
    ASSERT_TRUE(add_alias("abuse@example.org", {"bob@example.org"}));
    EXPECT_EQ(route("abuse", "example.org"), "bob@example.org");
    ASSERT_TRUE(run(accounts().set_alias_enabled("abuse@example.org", false)));
    EXPECT_EQ(route("abuse", "example.org"), "admin@example.org"); // it must not be off
}

TEST_F(AddressesTest, AliasesMayBeOffAndForATime)
{
    ASSERT_TRUE(add_alias("off@example.org", {"bob@example.org"}));
    ASSERT_TRUE(add_alias("nested@example.org", {"off@example.org"}));
    ASSERT_TRUE(add_alias("half@example.org", {"off@example.org", "alice@example.org"}));
    ASSERT_TRUE(add_alias("@example.org", {"alice@example.org"}));
    EXPECT_EQ(route("off", "example.org"), "bob@example.org");
    ASSERT_TRUE(run(accounts().set_alias_enabled("Off@example.org", false)));
    EXPECT_EQ(route("off", "example.org"), failure(Errc::switched_off));
    EXPECT_EQ(route("off+tag", "example.org"), failure(Errc::switched_off));
    EXPECT_EQ(route("nested", "example.org"), failure(Errc::switched_off));
    EXPECT_EQ(route("half", "example.org"), "alice@example.org");
    ASSERT_TRUE(run(accounts().set_alias_enabled("off@example.org", true)));
    EXPECT_EQ(route("off", "example.org"), "bob@example.org");

    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Alias ended{.address = "shop@example.org", .targets = {"bob@example.org"}, .until = now - 1s};
    Alias lasts{.address = "fair@example.org", .targets = {"bob@example.org"}, .until = now + 24h};
    ASSERT_TRUE(run(accounts().add_alias(ended)));
    ASSERT_TRUE(run(accounts().add_alias(lasts)));
    EXPECT_EQ(route("shop", "example.org"), failure(Errc::ended));
    EXPECT_EQ(route("fair", "example.org"), "bob@example.org");

    ASSERT_TRUE(run(accounts().set_alias_enabled("@example.org", false)));
    EXPECT_EQ(route("anyone", "example.org"), failure(Errc::not_found)); // as if there were no catch-all

    const auto aliases = run(accounts().aliases());
    ASSERT_EQ(aliases->size(), 6u);
    EXPECT_FALSE(aliases->front().enabled); // '@' comes first
    EXPECT_EQ(aliases->back().address, "shop@example.org");
    EXPECT_TRUE(aliases->back().enabled);
    EXPECT_EQ(aliases->back().until, now - 1s);
    EXPECT_EQ(run(accounts().set_alias_enabled("none@example.org", true)).error(), Errc::not_found);
    reopen();
    EXPECT_EQ(route("shop", "example.org"), failure(Errc::ended));
}

TEST_F(AddressesTest, AliasesChangeWhereTheyLead)
{
    ASSERT_TRUE(add_alias("shop@example.org", {"bob@example.org", "eve@elsewhere.example"}));
    ASSERT_TRUE(run(accounts().change_alias("Shop@example.org", {"alice@example.org"}, std::nullopt)));
    EXPECT_EQ(route("shop", "example.org"), "alice@example.org");
    ASSERT_TRUE(run(accounts().change_alias("shop@example.org", {"alice@example.org"}, Time{1s})));
    EXPECT_EQ(route("shop", "example.org"), failure(Errc::ended));
    EXPECT_EQ(run(accounts().change_alias("shop@example.org", {}, std::nullopt)).error(), Errc::invalid);
    EXPECT_EQ(run(accounts().change_alias("none@example.org", {"bob@example.org"}, {})).error(),
              Errc::not_found);
    EXPECT_EQ(run(accounts().aliases())->front().targets, std::vector<std::string>{"alice@example.org"})
        << "what was refused changed nothing";
}

TEST_F(AddressesTest, TargetsElsewhereKeepTheirCase)
{
    ASSERT_TRUE(add_alias("away@example.org",
                          {"Bob.B@Elsewhere.example", "bob.b@elsewhere.example", "ALICE@example.org"}));
    EXPECT_EQ(route("away", "example.org"), "alice@example.org >Bob.B@elsewhere.example");
}

TEST_F(AddressesTest, ADomainMaySayWhatEndsAName)
{
    EXPECT_EQ(route("bob+tag", "example.org"), "bob@example.org");
    ASSERT_TRUE(run(accounts().set_domain_separators("Example.org", "-=")));
    EXPECT_EQ(route("bob+tag", "example.org"), failure(Errc::not_found));
    EXPECT_EQ(route("bob-tag", "example.org"), "bob@example.org");
    EXPECT_EQ(route("bob=a-b", "example.org"), "bob@example.org");
    EXPECT_EQ(run(accounts().domains())->front().separators, "-=");
    ASSERT_TRUE(run(accounts().set_domain_separators("example.org", "")));
    EXPECT_EQ(route("bob-tag", "example.org"), failure(Errc::not_found));
    ASSERT_TRUE(run(accounts().set_domain_separators("example.org", std::nullopt)));
    EXPECT_EQ(route("bob+tag", "example.org"), "bob@example.org");
    EXPECT_EQ(run(accounts().set_domain_separators("example.net", "-")).error(), Errc::not_found);
}

TEST_F(AddressesTest, PermitsSenders)
{
    const auto permits = [&](const std::string& local_part, const std::string& domain) {
        const auto answer = run(accounts().permits(account("alice@example.org"), local_part, domain));
        if (!answer) EXPECT_EQ(answer.error(), Errc::not_found);
        return answer.has_value();
    };
    EXPECT_FALSE(permits("bob", "example.org"));
    ASSERT_TRUE(run(accounts().add_sender("Alice@example.org", "Bob@Example.org")));
    ASSERT_TRUE(run(accounts().add_sender("alice@example.org", "@Elsewhere.example")));
    EXPECT_TRUE(permits("BOB", "example.ORG"));
    EXPECT_TRUE(permits("anyone", "elsewhere.example"));
    EXPECT_FALSE(permits("anyone", "sub.elsewhere.example"));
    EXPECT_FALSE(permits("", "example.org"));
    EXPECT_FALSE(run(accounts().permits(account("bob@example.org"), "anyone", "elsewhere.example")));
    EXPECT_EQ(run(accounts().senders("alice@example.org")).value(),
              (std::vector<std::string>{"@elsewhere.example", "bob@example.org"}));
    EXPECT_EQ(run(accounts().add_sender("alice@example.org", "bob@example.org")).error(),
              Errc::already_exists);
    EXPECT_EQ(run(accounts().add_sender("nobody@example.org", "bob@example.org")).error(), Errc::not_found);
    EXPECT_EQ(run(accounts().add_sender("alice@example.org", "bob")).error(), Errc::invalid);
    EXPECT_EQ(run(accounts().senders("nobody@example.org")).error(), Errc::not_found);
    ASSERT_TRUE(run(accounts().remove_sender("alice@example.org", "bob@EXAMPLE.org")));
    EXPECT_EQ(run(accounts().remove_sender("alice@example.org", "bob@example.org")).error(), Errc::not_found);
    EXPECT_FALSE(permits("bob", "example.org"));
    ASSERT_TRUE(run(accounts().remove("alice@example.org"))); // takes them along
    ASSERT_TRUE(run(accounts().add({named("alice@example.org")})));
    EXPECT_TRUE(run(accounts().senders("alice@example.org"))->empty());
}

} // namespace
} // namespace pillarbox::storage

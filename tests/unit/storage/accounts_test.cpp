#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class AccountsTest : public StoreTest
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
        if (!route) return "error: " + std::to_string(route.error().value());
        std::string line;
        for (const auto& local : route->local) {
            EXPECT_EQ(local.account, account(local.address));
            line += (line.empty() ? "" : " ") + local.address;
        }
        for (const auto& remote : route->remote)
            line += (line.empty() ? ">" : " >") + remote;
        return line;
    }

    static std::string failure(Errc error) { return "error: " + std::to_string(static_cast<int>(error)); }
};

TEST_F(AccountsTest, AddsAllOrNone)
{
    std::size_t failed = 99;
    std::vector accounts{named("one@example.org"), named("two@example.org"), named("alice@example.org")};
    EXPECT_EQ(run(this->accounts().add(accounts, &failed)).error(), Errc::already_exists);
    EXPECT_EQ(failed, 2u);
    accounts[2].address = "three@example.com";
    EXPECT_EQ(run(this->accounts().add(accounts, &failed)).error(), Errc::invalid); // no domain of ours
    accounts[2].address = "One@Example.ORG";
    EXPECT_EQ(run(this->accounts().add(accounts, &failed)).error(), Errc::already_exists);
    EXPECT_EQ(failed, 2u);
    EXPECT_EQ(run(this->accounts().find("one@example.org")).error(), Errc::not_found);
    accounts[2].address = "three@example.org";
    EXPECT_TRUE(run(this->accounts().add(accounts, &failed)));
    EXPECT_EQ(run(this->accounts().list())->size(), 5u);
}

TEST_F(AccountsTest, RefusesWhatIsNoAddress)
{
    for (const auto* address : {"", "alice", "@example.org", "alice@", "a b@example.org", "a\r\n@example.org",
                                "a@b@example.org", "a@-example.org", "a@exa_mple.org", "a@example..org"}) {
        std::vector one{named(address)};
        EXPECT_EQ(run(accounts().add(one)).error(), Errc::invalid) << address;
    }
    for (const auto* domain : {"", ".", "a..b", "-a.org", "a-.org", "a b.org", "[127.0.0.1]", "exämple.org"})
        EXPECT_EQ(run(accounts().add_domain(domain)).error(), Errc::invalid) << domain;
    EXPECT_EQ(run(accounts().add_domain("EXAMPLE.org")).error(), Errc::already_exists);
}

TEST_F(AccountsTest, ComparesNamesWithoutCase)
{
    EXPECT_EQ(account("ALICE@Example.Org"), account("alice@example.org"));
    std::vector umlaut{named("Jörg@example.org")};
    ASSERT_TRUE(run(accounts().add(umlaut)));
    EXPECT_TRUE(run(accounts().find("Jörg@EXAMPLE.org")));
    EXPECT_EQ(run(accounts().find("jörg@example.org")).error(), Errc::not_found);
}

TEST_F(AccountsTest, ChangesWhatIsKept)
{
    ASSERT_TRUE(run(accounts().set_password("alice@example.org", "other", "")));
    EXPECT_EQ(run(accounts().find("alice@example.org"))->password_hash, "other");
    ASSERT_TRUE(run(accounts().set_enabled("alice@example.org", false)));
    EXPECT_FALSE(run(accounts().find("alice@example.org"))->enabled);
    EXPECT_EQ(run(accounts().set_password("nobody@example.org", "x", "")).error(), Errc::not_found);
    EXPECT_EQ(run(accounts().set_enabled("nobody@example.org", true)).error(), Errc::not_found);
    EXPECT_EQ(run(accounts().remove("nobody@example.org")).error(), Errc::not_found);
    EXPECT_TRUE(deliver("still received", {"alice@example.org"}));
}

TEST_F(AccountsTest, KeepsDomainsThatAreInUse)
{
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    ASSERT_TRUE(add_alias("info@example.com", {"alice@example.org"}));
    EXPECT_EQ(run(accounts().remove_domain("example.org")).error(), Errc::invalid);
    EXPECT_EQ(run(accounts().remove_domain("example.com")).error(), Errc::invalid);
    ASSERT_TRUE(run(accounts().remove_alias("INFO@example.com")));
    EXPECT_EQ(run(accounts().remove_alias("info@example.com")).error(), Errc::not_found);
    EXPECT_TRUE(run(accounts().remove_domain("example.com")));
    EXPECT_EQ(run(accounts().remove_domain("example.com")).error(), Errc::not_found);
    EXPECT_EQ(run(accounts().domains())->size(), 1u);
}

TEST_F(AccountsTest, RemovesAnAccountWithItsMail)
{
    ASSERT_TRUE(deliver(text_of(20'000), {"alice@example.org", "bob@example.org"}));
    const auto before = entries("alice@example.org")[0];
    ASSERT_TRUE(run(accounts().remove("alice@example.org")));
    EXPECT_EQ(run(accounts().find("alice@example.org")).error(), Errc::not_found);
    core().upkeep->run_once();
    EXPECT_EQ(read(before.id).error(), Errc::not_found);
    EXPECT_TRUE(read(entries("bob@example.org")[0].id)); // the body they shared

    // A new one of the same name is someone else.
    add_account("alice@example.org");
    ASSERT_TRUE(deliver("new", {"alice@example.org"}));
    const auto after = entries("alice@example.org");
    ASSERT_EQ(after.size(), 1u);
    EXPECT_NE(after[0].unique_id.text(), before.unique_id.text());
    EXPECT_NE(after[0].id, before.id);
}

TEST_F(AccountsTest, KeepsAppPasswords)
{
    AppPassword phone;
    phone.label = "phone";
    phone.password_hash = "hash";
    phone.sealed = std::string("\0sealed", 7);
    ASSERT_TRUE(run(accounts().add_app_password("alice@example.org", phone)));
    EXPECT_EQ(run(accounts().add_app_password("alice@example.org", phone)).error(), Errc::already_exists);
    EXPECT_EQ(run(accounts().add_app_password("nobody@example.org", phone)).error(), Errc::not_found);
    const auto id = account("alice@example.org");
    auto passwords = run(accounts().app_passwords(id));
    ASSERT_EQ(passwords->size(), 1u);
    EXPECT_EQ(passwords->front().sealed, phone.sealed);
    EXPECT_FALSE(passwords->front().last_used);

    accounts().touch_app_password(id, "phone");
    accounts().touch_app_password(id, "gone");
    reopen(); // written down at the latest when the store closes
    passwords = run(accounts().app_passwords(id));
    EXPECT_TRUE(passwords->front().last_used);
    ASSERT_TRUE(run(accounts().revoke_app_password("alice@example.org", "phone")));
    EXPECT_EQ(run(accounts().revoke_app_password("alice@example.org", "phone")).error(), Errc::not_found);
    EXPECT_TRUE(run(accounts().app_passwords(id))->empty());
}

TEST_F(AccountsTest, TellsInOneLookWhatASignInIsCheckedWith)
{
    AppPassword phone;
    phone.label = "phone";
    phone.password_hash = "hash";
    ASSERT_TRUE(run(accounts().add_app_password("bob@example.org", phone)));
    const auto look = [this](std::vector<std::string> addresses) {
        return run(accounts().sign_in(std::move(addresses))).value();
    };
    const auto bob = look({"nobody@example.org", "Bob@Example.ORG", "alice@example.org"});
    ASSERT_TRUE(bob.account);
    EXPECT_EQ(bob.account->address, "bob@example.org");
    EXPECT_EQ(bob.which, 1u);
    ASSERT_EQ(bob.app_passwords.size(), 1u);
    EXPECT_EQ(bob.app_passwords.front().label, "phone");
    EXPECT_TRUE(look({"alice@example.org"}).app_passwords.empty());
    EXPECT_FALSE(look({"nobody@example.org", "no address"}).account);
}

TEST_F(AccountsTest, CountsWhatSigningInDependsOn)
{
    const std::string bob = "bob@example.org";
    auto before = run(accounts().sign_in({}))->version;
    const auto changed = [&] {
        return std::exchange(before, run(accounts().sign_in({}))->version) != before;
    };
    EXPECT_FALSE(changed());

    AppPassword phone;
    phone.label = "phone";
    phone.password_hash = "hash";
    EXPECT_TRUE(run(accounts().add_app_password(bob, phone)));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().revoke_app_password(bob, "phone")));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().set_password(bob, "new", {})));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().set_enabled(bob, false)));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().set_admin(bob, true)));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().set_pop3(bob, {.login_delay = 60s})));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().add_domain("example.com")));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().add({named("one@example.com")})));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().remove("one@example.com")));
    EXPECT_TRUE(changed());
    EXPECT_TRUE(run(accounts().remove_domain("example.com")));
    EXPECT_TRUE(changed());

    ASSERT_TRUE(deliver("Subject: many of these\r\n\r\n", {bob}));
    EXPECT_TRUE(run(accounts().keep_scram(account(bob), {}, "new", "verifier")));
    EXPECT_TRUE(run(accounts().set_quota(bob, 1'000'000)));
    EXPECT_TRUE(add_alias("team@example.org", {bob}));
    EXPECT_FALSE(changed()) << "none of that says who may sign in";
}

TEST_F(AccountsTest, RoutesMail)
{
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    ASSERT_TRUE(add_alias("team@example.org", {"alice@example.org", "bob@example.org", "carol@example.net"}));
    ASSERT_TRUE(
        add_alias("nested@example.org", {"team@example.org", "ALICE@example.org", "dave@example.net"}));
    ASSERT_TRUE(add_alias("plus@example.org", {"bob+lists@example.org"}));
    ASSERT_TRUE(add_alias("exact+tag@example.org", {"bob@example.org"}));
    ASSERT_TRUE(add_alias("dangling@example.org", {"nobody@example.org"}));
    ASSERT_TRUE(add_alias("half@example.org", {"nobody@example.org", "bob@example.org"}));
    ASSERT_TRUE(add_alias("a@example.org", {"b@example.org"}));
    ASSERT_TRUE(add_alias("b@example.org", {"c@example.org", "alice@example.org"}));
    ASSERT_TRUE(add_alias("c@example.org", {"a@example.org"}));
    ASSERT_TRUE(add_alias("@example.com", {"alice@example.org"}));
    struct Case
    {
        std::string local_part, domain, where;
    };
    const Case cases[] = {
        {"alice", "example.org", "alice@example.org"},
        {"ALICE", "EXAMPLE.ORG", "alice@example.org"},
        {"alice+anything", "example.org", "alice@example.org"},
        {"alice+a+b", "example.org", "alice@example.org"},
        {"+alice", "example.org", failure(Errc::not_found)},
        {"nobody", "example.org", failure(Errc::not_found)},
        {"alice", "example.net", failure(Errc::not_local)},
        {"team", "example.org", "alice@example.org bob@example.org >carol@example.net"},
        {"team+x", "example.org", "alice@example.org bob@example.org >carol@example.net"},
        {"nested", "example.org", "alice@example.org bob@example.org >carol@example.net >dave@example.net"},
        {"plus", "example.org", "bob@example.org"},
        {"exact+tag", "example.org", "bob@example.org"},
        {"exact+other", "example.org", failure(Errc::not_found)},
        {"dangling", "example.org", failure(Errc::not_found)},
        {"half", "example.org", "bob@example.org"},
        {"a", "example.org", failure(Errc::alias_loop)},
        {"b", "example.org", failure(Errc::alias_loop)},
        {"anyone", "example.com", "alice@example.org"},
        {"postmaster", "example.com", "alice@example.org"},      // the catch-all
        {"postmaster", "example.org", failure(Errc::not_found)}, // no administrator yet
    };
    for (const auto& [local_part, domain, where] : cases)
        EXPECT_EQ(route(local_part, domain), where) << local_part << '@' << domain;
}

TEST_F(AccountsTest, FindsAPostmaster)
{
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    std::vector admins{named("root@example.com", true), named("admin@example.org", true)};
    ASSERT_TRUE(run(accounts().add(admins)));
    EXPECT_EQ(route("Postmaster", "example.org"), "admin@example.org");
    EXPECT_EQ(route("postmaster", "example.com"), "root@example.com");
    ASSERT_TRUE(run(accounts().set_enabled("admin@example.org", false)));
    EXPECT_EQ(route("postmaster", "example.org"), "root@example.com"); // of another domain, but there
    ASSERT_TRUE(add_alias("postmaster@example.org", {"bob@example.org"}));
    EXPECT_EQ(route("postmaster", "example.org"), "bob@example.org");
}

TEST_F(AccountsTest, BoundsWhatAnAliasLeadsTo)
{
    std::vector<std::string> targets;
    for (int i = 0; i < 600; ++i)
        targets.push_back("user" + std::to_string(i) + "@example.net");
    ASSERT_TRUE(add_alias("first@example.org", targets));
    for (auto& target : targets)
        target = "x" + target;
    ASSERT_TRUE(add_alias("second@example.org", targets));
    ASSERT_TRUE(add_alias("both@example.org", {"first@example.org", "second@example.org"}));
    EXPECT_EQ(run(accounts().route("first", "example.org"))->remote.size(), 600u);
    EXPECT_EQ(route("both", "example.org"), failure(Errc::alias_loop));

    // A long chain is a circle for all practical purposes.
    auto chain = [](sqlite::Database& database) -> Result<void> {
        for (int i = 0; i < 1100; ++i) {
            const auto name = "n" + std::to_string(i) + "@example.org";
            const auto next = "n" + std::to_string(i + 1) + "@example.org";
            database.run("INSERT INTO alias (address, domain) SELECT ?, id FROM domain", name);
            database.run("INSERT INTO alias_target (alias, position, target) VALUES (?, 0, ?)", name, next);
        }
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(run(sqlite::submit(*core().writer, chain)));
    EXPECT_EQ(route("n0", "example.org"), failure(Errc::alias_loop));
    EXPECT_EQ(route("n1090", "example.org"), failure(Errc::not_found));
}

TEST_F(AccountsTest, RefusesAliasesThatCannotBe)
{
    EXPECT_EQ(add_alias("alice@example.org", {"bob@example.org"}).error(), Errc::already_exists);
    EXPECT_EQ(add_alias("x@example.net", {"bob@example.org"}).error(), Errc::invalid);
    EXPECT_EQ(add_alias("x@example.org", {}).error(), Errc::invalid);
    EXPECT_EQ(add_alias("x@example.org", {"bob@example.org", "nonsense"}).error(), Errc::invalid);
    EXPECT_TRUE(run(accounts().aliases())->empty());
    ASSERT_TRUE(add_alias("x@example.org", {"b@example.net", "a@example.net"}));
    EXPECT_EQ(add_alias("X@example.org", {"bob@example.org"}).error(), Errc::already_exists);
    std::vector taken{named("x@example.org")};
    EXPECT_EQ(run(accounts().add(taken)).error(), Errc::already_exists);
    const auto aliases = run(accounts().aliases());
    ASSERT_EQ(aliases->size(), 1u);
    EXPECT_EQ(aliases->front().targets, (std::vector<std::string>{"b@example.net", "a@example.net"}));
}

TEST_F(AccountsTest, KnowsWhatAnAccountHasOfItsOwnForPop3)
{
    EXPECT_EQ(run(accounts().find("alice@example.org"))->pop3, Pop3Terms{});
    EXPECT_EQ(run(accounts().pop3_extremes()).value(), Pop3Terms{});

    const Pop3Terms short_ones{.login_delay = std::chrono::seconds(60), .expire = std::chrono::days(5)};
    const Pop3Terms long_ones{.login_delay = std::chrono::seconds(3600), .expire = never_expires};
    ASSERT_TRUE(run(accounts().set_pop3("Alice@example.org", short_ones)));
    ASSERT_TRUE(run(accounts().set_pop3("bob@example.org", long_ones)));
    EXPECT_EQ(run(accounts().find("alice@example.org"))->pop3, short_ones);
    EXPECT_EQ(run(accounts().find("bob@example.org"))->pop3, long_ones);
    EXPECT_EQ(run(accounts().pop3_extremes()).value(),
              (Pop3Terms{.login_delay = std::chrono::seconds(3600), .expire = std::chrono::days(5)}));

    ASSERT_TRUE(run(accounts().set_pop3("alice@example.org", {})));
    EXPECT_EQ(run(accounts().find("alice@example.org"))->pop3, Pop3Terms{});
    EXPECT_EQ(run(accounts().pop3_extremes()).value(), long_ones);
    EXPECT_EQ(run(accounts().set_pop3("nobody@example.org", {})).error(), Errc::not_found);
}

TEST_F(AccountsTest, KeepsSettingsByName)
{
    const auto owner = account("alice@example.org");
    ASSERT_TRUE(run(accounts().set(owner, {{"theme", "dark"}, {"keys", "off"}})));
    ASSERT_TRUE(run(accounts().set(owner, {{"theme", "light"}})));
    reopen();
    const auto settings = run(accounts().settings(owner)).value();
    ASSERT_EQ(settings.size(), 2u);
    EXPECT_EQ(settings[0].name + " " + settings[0].value, "keys off");
    EXPECT_EQ(settings[1].name + " " + settings[1].value, "theme light");
    EXPECT_TRUE(run(accounts().settings(account("bob@example.org")))->empty());
    EXPECT_EQ(run(accounts().set(AccountId{99}, {{"theme", "dark"}})).error(), Errc::not_found);
}

} // namespace
} // namespace pillarbox::storage

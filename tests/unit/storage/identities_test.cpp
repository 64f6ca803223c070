#include "storage/identities.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class IdentitiesTest : public StoreTest
{
public:
    Identities& identities() { return store_->identities(); }
    AccountId alice() { return account("alice@example.org"); }

    bool add_alias(const std::string& address, std::vector<std::string> targets)
    {
        return run(accounts().add_alias({.address = address, .targets = std::move(targets)})).has_value();
    }

    bool set(SendingIdentity identity)
    {
        return run(identities().set(alice(), std::move(identity))).has_value();
    }

    /// "alice@example.org, info@example.org" and the like; what was set behind it.
    std::string all()
    {
        const auto list = run(identities().list(alice()));
        if (!list) return list.error().message();
        std::string out;
        for (const auto& one : list->items) {
            out += (out.empty() ? "" : ", ") + one.address;
            if (!one.name.empty()) out += " " + one.name;
            if (one.preferred) out += "!";
        }
        for (const auto& domain : list->domains)
            out += ", all of " + domain;
        return out;
    }
};

TEST_F(IdentitiesTest, AreTheAddressesThatLeadToAnAccount)
{
    EXPECT_EQ(all(), "alice@example.org");
    ASSERT_TRUE(add_alias("info@example.org", {"bob@example.org", "Alice@Example.ORG"}));
    ASSERT_TRUE(add_alias("hello@example.org", {"info@example.org"}));
    ASSERT_TRUE(add_alias("sales@example.org", {"bob@example.org"}));
    ASSERT_TRUE(add_alias("@example.org", {"alice@example.org"}));
    EXPECT_EQ(all(), "alice@example.org, hello@example.org, info@example.org");
    ASSERT_TRUE(run(accounts().set_alias_enabled("info@example.org", false)));
    EXPECT_EQ(all(), "alice@example.org");
    ASSERT_TRUE(run(accounts().set_alias_enabled("info@example.org", true)));
    ASSERT_TRUE(run(accounts().change_alias("hello@example.org", {"info@example.org"}, Time{})));
    EXPECT_EQ(all(), "alice@example.org, info@example.org") << "the other is over";
    EXPECT_EQ(run(identities().list(AccountId{77})).error(), Errc::not_found);
}

TEST_F(IdentitiesTest, AreOnceEachWhereAliasesGoRound)
{
    ASSERT_TRUE(add_alias("one@example.org", {"two@example.org", "alice@example.org"}));
    ASSERT_TRUE(add_alias("two@example.org", {"one@example.org", "alice@example.org"}));
    EXPECT_EQ(all(), "alice@example.org, one@example.org, two@example.org");
}

TEST_F(IdentitiesTest, AreWhatWasPermittedAsWell)
{
    ASSERT_TRUE(run(accounts().add_sender("alice@example.org", "me@example.net")));
    ASSERT_TRUE(run(accounts().add_sender("alice@example.org", "@example.com")));
    EXPECT_EQ(all(), "alice@example.org, me@example.net, all of @example.com");
    EXPECT_TRUE(set({.address = "any@example.com", .name = "Any"}));
    EXPECT_EQ(all(), "alice@example.org, any@example.com Any, me@example.net, all of @example.com");
    ASSERT_TRUE(run(accounts().remove_sender("alice@example.org", "@example.com")));
    EXPECT_EQ(all(), "alice@example.org, me@example.net") << "what was set does not permit it";
}

TEST_F(IdentitiesTest, HaveANameAndASignature)
{
    ASSERT_TRUE(add_alias("info@example.org", {"alice@example.org"}));
    ASSERT_TRUE(
        set({.address = "Alice@example.org", .name = "Alice", .signature = "Yours", .preferred = true}));
    ASSERT_TRUE(set({.address = "info@example.org", .name = "Info"}));
    reopen();
    EXPECT_EQ(all(), "alice@example.org Alice!, info@example.org Info");
    EXPECT_EQ(run(identities().list(alice()))->items[0].signature, "Yours");
    ASSERT_TRUE(set({.address = "info@example.org", .preferred = true}));
    EXPECT_EQ(all(), "alice@example.org Alice, info@example.org!") << "one is preferred";
    for (const std::string other :
         {"bob@example.org", "nobody@example.org", "x@example.net", "nonsense", "@example.org"})
        EXPECT_EQ(run(identities().set(alice(), {.address = other, .preferred = true})).error(),
                  Errc::not_found)
            << other;
    EXPECT_EQ(all(), "alice@example.org Alice, info@example.org!") << "nothing of these was done";
    ASSERT_TRUE(run(identities().reset(alice(), "Info@example.org")));
    EXPECT_EQ(run(identities().reset(alice(), "info@example.org")).error(), Errc::not_found);
    EXPECT_EQ(all(), "alice@example.org Alice, info@example.org");
}

} // namespace
} // namespace pillarbox::storage

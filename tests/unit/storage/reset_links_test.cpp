#include "storage/reset_links.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class ResetLinksTest : public StoreTest
{
public:
    ResetLinks& links() { return store_->reset_links(); }

    Result<void> add(const std::string& digest, AccountId account, std::chrono::seconds left = 1h)
    {
        return run(
            links().add({.digest = digest, .account = account, .created = now_, .expires = now_ + left}));
    }

    boost::system::error_code found(const std::string& digest)
    {
        const auto link = run(links().find(digest));
        return link ? boost::system::error_code() : link.error();
    }

    const Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(ResetLinksTest, SetsThePasswordOnceAndEndsSessions)
{
    const auto alice = account("alice@example.org");
    const auto bob = account("bob@example.org");
    ASSERT_TRUE(run(store_->sessions().add(
        {.digest = "a", .account = alice, .csrf = "c", .created = now_, .expires = now_ + 1h})));
    ASSERT_TRUE(run(store_->sessions().add(
        {.digest = "b", .account = bob, .csrf = "c", .created = now_, .expires = now_ + 1h})));
    ASSERT_TRUE(add("code", alice));
    const auto link = run(links().find("code"));
    ASSERT_TRUE(link);
    EXPECT_EQ(link->account, alice);
    EXPECT_EQ(link->address, "alice@example.org");
    EXPECT_EQ(link->expires, now_ + 1h);

    ASSERT_TRUE(run(links().redeem("code", "new hash", "new scram")));
    const auto now = run(store_->accounts().find(alice));
    EXPECT_EQ(now->password_hash, "new hash");
    EXPECT_EQ(now->scram, "new scram");
    EXPECT_FALSE(run(store_->sessions().find("a")));
    EXPECT_TRUE(run(store_->sessions().find("b"))) << "somebody else's";
    EXPECT_EQ(found("code"), Errc::not_found);
    EXPECT_EQ(run(links().redeem("code", "another", "")).error(), Errc::not_found);
    EXPECT_EQ(run(store_->accounts().find(alice))->password_hash, "new hash");
}

TEST_F(ResetLinksTest, EndsWithItsTime)
{
    ASSERT_TRUE(add("code", account("alice@example.org"), 0s));
    EXPECT_EQ(found("code"), Errc::not_found);
    EXPECT_EQ(run(links().redeem("code", "hash", "")).error(), Errc::not_found);
}

TEST_F(ResetLinksTest, ANewerOneIsInPlaceOfTheOld)
{
    const auto alice = account("alice@example.org");
    ASSERT_TRUE(add("old", alice));
    ASSERT_TRUE(add("new", alice));
    EXPECT_EQ(found("old"), Errc::not_found);
    EXPECT_FALSE(found("new"));
}

TEST_F(ResetLinksTest, EndsWithWhatItWasFor)
{
    const auto alice = account("alice@example.org");
    auto& accounts = store_->accounts();
    ASSERT_TRUE(add("code", alice));
    ASSERT_TRUE(run(accounts.set_password("alice@example.org", "hash", "")));
    EXPECT_EQ(found("code"), Errc::not_found) << "the password is known again";

    ASSERT_TRUE(add("code", alice));
    ASSERT_TRUE(run(accounts.set_enabled("alice@example.org", false)));
    EXPECT_EQ(add("other", alice).error(), Errc::not_found);
    ASSERT_TRUE(run(accounts.set_enabled("alice@example.org", true)));
    EXPECT_EQ(found("code"), Errc::not_found) << "it does not come back with the account";

    ASSERT_TRUE(add("code", alice));
    ASSERT_TRUE(run(accounts.remove("alice@example.org")));
    EXPECT_EQ(found("code"), Errc::not_found);
    EXPECT_EQ(add("code", alice).error(), Errc::not_found);
}

} // namespace
} // namespace pillarbox::storage

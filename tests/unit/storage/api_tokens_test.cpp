#include "storage/api_tokens.hpp"

#include "storage/sqlite/access.hpp"
#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class ApiTokensTest : public StoreTest
{
public:
    ApiTokens& tokens() { return store_->api_tokens(); }

    ApiToken token(const std::string& label, const std::string& who = "alice@example.org")
    {
        ApiToken made;
        made.account = account(who);
        made.label = label;
        made.digest = "digest of " + label;
        made.scopes = scope::mail_read | scope::admin;
        made.created = storage::now();
        return made;
    }
};

TEST_F(ApiTokensTest, AreKept)
{
    const auto id = run(tokens().add(token("ci")));
    ASSERT_TRUE(id);
    reopen();
    const auto found = run(tokens().find("digest of ci"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, *id);
    EXPECT_EQ(found->account, account("alice@example.org"));
    EXPECT_EQ(found->scopes, scope::mail_read | scope::admin);
    EXPECT_EQ(run(tokens().find("another")).error(), Errc::not_found);
    EXPECT_EQ(run(tokens().add(token("ci"))).error(), Errc::already_exists);
    auto bobs = token("ci", "bob@example.org");
    bobs.digest = "another";
    EXPECT_TRUE(run(tokens().add(bobs)));

    EXPECT_EQ(run(tokens().remove(account("bob@example.org"), *id)).error(), Errc::not_found);
    ASSERT_TRUE(run(tokens().remove(account("alice@example.org"), *id)));
    EXPECT_EQ(run(tokens().find("digest of ci")).error(), Errc::not_found);
    EXPECT_EQ(run(tokens().remove(account("alice@example.org"), *id)).error(), Errc::not_found);
}

TEST_F(ApiTokensTest, AreGoodForAWhileAndForWhoMaySignIn)
{
    auto past = token("past");
    past.expires = storage::now();
    auto coming = token("coming");
    coming.expires = storage::now() + std::chrono::hours(1);
    ASSERT_TRUE(run(tokens().add(past)));
    ASSERT_TRUE(run(tokens().add(coming)));
    EXPECT_EQ(run(tokens().find(past.digest)).error(), Errc::not_found);
    EXPECT_TRUE(run(tokens().find(coming.digest)));
    ASSERT_TRUE(run(accounts().set_enabled("alice@example.org", false)));
    EXPECT_EQ(run(tokens().find(coming.digest)).error(), Errc::not_found);
    const auto list = run(tokens().list(account("alice@example.org")));
    ASSERT_EQ(list->size(), 2u);
    EXPECT_EQ(list->at(0).label, "past");
    EXPECT_EQ(list->at(0).expires, past.expires);
    EXPECT_EQ(list->at(0).digest, "");
}

TEST_F(ApiTokensTest, RememberWhenTheyWereUsed)
{
    const auto id = run(tokens().add(token("ci")));
    const auto used = [this] { return run(tokens().list(account("alice@example.org")))->at(0).last_used; };
    EXPECT_FALSE(used());
    tokens().touch(*id);
    EXPECT_TRUE(used()) << "at once";
    reopen();
    EXPECT_TRUE(used()) << "and for good";
}

TEST_F(ApiTokensTest, AreBounded)
{
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(run(tokens().add(token(std::to_string(i)))));
    EXPECT_EQ(run(tokens().add(token("one more"))).error(), Errc::over_quota);
    EXPECT_EQ(run(tokens().list(account("alice@example.org")))->size(), 100u);
}

} // namespace
} // namespace pillarbox::storage

#include "storage/tls_facts.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class TlsFactsTest : public StoreTest
{
public:
    TlsFacts& facts() { return store_->tls_facts(); }

    StsPolicy policy(std::string id, std::chrono::seconds left = 1h) const
    {
        return {.domain = "example.org",
                .id = std::move(id),
                .text = "version: STSv1",
                .fetched = now_,
                .expires = now_ + left};
    }

    /// The id of what is kept, or "".
    std::string kept()
    {
        const auto found = run(facts().sts_policy("example.org"));
        return found && *found ? (*found)->id : "";
    }

    int level()
    {
        const auto found = run(facts().best("example.org"));
        return found && *found ? static_cast<int>((*found)->level) : 0;
    }

    const Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(TlsFactsTest, APolicyIsKeptForItsTime)
{
    EXPECT_EQ(kept(), "");
    ASSERT_TRUE(run(facts().keep(policy("1"))));
    ASSERT_TRUE(run(facts().keep(policy("2"))));
    reopen();
    EXPECT_EQ(kept(), "2");
    const auto found = run(facts().sts_policy("example.org"));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->text, "version: STSv1");
    EXPECT_EQ((*found)->fetched, now_);
    EXPECT_EQ((*found)->expires, now_ + 1h);
    ASSERT_TRUE(run(facts().keep(policy("3", -1s))));
    EXPECT_EQ(kept(), "");
}

TEST_F(TlsFactsTest, TheBestIsNeverLowered)
{
    using enum TlsMark::Level;
    EXPECT_EQ(level(), 0);
    ASSERT_TRUE(run(facts().mark("example.org", {encrypted, now_})));
    EXPECT_EQ(level(), 1);
    ASSERT_TRUE(run(facts().mark("example.org", {proven, now_ + 1s})));
    ASSERT_TRUE(run(facts().mark("example.org", {encrypted, now_ + 2s})));
    reopen();
    EXPECT_EQ(level(), 2);
    ASSERT_TRUE(run(facts().forget_best("example.org")));
    EXPECT_EQ(run(facts().forget_best("example.org")).error(), Errc::not_found);
    EXPECT_EQ(level(), 0);
}

TEST_F(TlsFactsTest, TheBestIsForgottenWhenItIsOld)
{
    ASSERT_TRUE(run(facts().mark("example.org", {TlsMark::Level::proven, now_ - std::chrono::days(181)})));
    ASSERT_TRUE(run(facts().mark("example.net", {TlsMark::Level::proven, now_})));
    EXPECT_EQ(level(), 0);
}

} // namespace
} // namespace pillarbox::storage

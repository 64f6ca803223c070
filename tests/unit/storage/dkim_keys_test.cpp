#include "storage/dkim_keys.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using enum DkimKey::State;

class DkimKeysTest : public StoreTest
{
public:
    DkimKeys& keys() { return store_->dkim_keys(); }

    static DkimKey key(std::string selector, DkimKey::State state = active)
    {
        return {.selector = std::move(selector),
                .algorithm = "rsa-sha256",
                .sealed = "sealed",
                .record = "v=DKIM1; p=AAAA",
                .state = state,
                .created = Time(std::chrono::seconds(7))};
    }

    /// "r1 active, e1 active" and the like.
    std::string all(const std::string& domain = "example.org")
    {
        const auto list = run(keys().list(domain));
        if (!list) return list.error().message();
        std::string out;
        for (const auto& one : *list)
            out += (out.empty() ? "" : ", ") + one.selector +
                   (one.state == waiting  ? " waiting"
                    : one.state == active ? " active"
                                          : " retired");
        return out;
    }
};

TEST_F(DkimKeysTest, AreKept)
{
    EXPECT_EQ(all(), "");
    ASSERT_TRUE(run(keys().add("Example.ORG", {key("r1"), key("e1")})));
    reopen();
    EXPECT_EQ(all("EXAMPLE.org"), "r1 active, e1 active");
    const auto list = run(keys().list("example.org"));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->front().algorithm, "rsa-sha256");
    EXPECT_EQ(list->front().sealed, "sealed");
    EXPECT_EQ(list->front().record, "v=DKIM1; p=AAAA");
    EXPECT_EQ(list->front().created, Time(std::chrono::seconds(7)));
}

TEST_F(DkimKeysTest, AreOfADomainOfThisServer)
{
    EXPECT_EQ(run(keys().list("example.net")).error(), Errc::not_found);
    EXPECT_EQ(run(keys().add("example.net", {key("r1")})).error(), Errc::not_found);
    EXPECT_EQ(run(keys().add_first("example.net", {key("r1")})).error(), Errc::not_found);
    EXPECT_EQ(run(keys().activate("example.net")).error(), Errc::not_found);
    EXPECT_EQ(run(keys().remove("example.net", "r1")).error(), Errc::not_found);
}

TEST_F(DkimKeysTest, HaveSelectorsOfTheirOwn)
{
    ASSERT_TRUE(run(keys().add("example.org", {key("r1")})));
    EXPECT_EQ(run(keys().add("example.org", {key("r2"), key("r1")})).error(), Errc::already_exists);
    EXPECT_EQ(all(), "r1 active"); // all or none
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    EXPECT_TRUE(run(keys().add("example.com", {key("r1")})));
}

TEST_F(DkimKeysTest, AreMadeOnce)
{
    const auto first = run(keys().add_first("example.org", {key("r1")}));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->front().selector, "r1");
    const auto second = run(keys().add_first("example.org", {key("r2")}));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->front().selector, "r1");
    EXPECT_EQ(all(), "r1 active");
}

TEST_F(DkimKeysTest, TakeTurns)
{
    ASSERT_TRUE(run(keys().add("example.org", {key("r1")})));
    EXPECT_EQ(run(keys().activate("example.org")).error(), Errc::invalid);
    ASSERT_TRUE(run(keys().add("example.org", {key("r2", waiting)})));
    EXPECT_EQ(all(), "r1 active, r2 waiting");
    ASSERT_TRUE(run(keys().activate("example.org")));
    EXPECT_EQ(all(), "r1 retired, r2 active");
    EXPECT_EQ(run(keys().remove("example.org", "r2")).error(), Errc::invalid);
    EXPECT_EQ(run(keys().remove("example.org", "r3")).error(), Errc::not_found);
    EXPECT_TRUE(run(keys().remove("example.org", "r1")));
    EXPECT_EQ(all(), "r2 active");
}

TEST_F(DkimKeysTest, AreNotMany)
{
    for (int i = 0; i < 16; ++i)
        ASSERT_TRUE(run(keys().add("example.org", {key("k" + std::to_string(i))})));
    EXPECT_EQ(run(keys().add("example.org", {key("k16")})).error(), Errc::over_quota);
}

TEST_F(DkimKeysTest, GoWithTheirDomain)
{
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    ASSERT_TRUE(run(keys().add("example.com", {key("r1")})));
    ASSERT_TRUE(run(accounts().remove_domain("example.com")));
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    EXPECT_EQ(all("example.com"), "");
}

} // namespace
} // namespace pillarbox::storage

#include "storage/tallies.hpp"

#include "tests/unit/storage/store_test.hpp"

#include <fmt/format.h>

namespace pillarbox::storage {
namespace {

using enum TallyKind;

class TalliesTest : public StoreTest
{
public:
    void add(TallyKind kind, std::int64_t day, const std::string& domain, std::vector<Tally> tallies)
    {
        ASSERT_TRUE(run(store_->tallies().add(kind, {{day, domain, std::move(tallies)}})));
    }

    /// The first before the 11th.
    TallyDay first(TallyKind kind)
    {
        const auto found = run(store_->tallies().next_day(kind, 11, 0, ""));
        return found && *found ? **found : TallyDay();
    }

    void forget(TallyKind kind, std::string domain)
    {
        ASSERT_TRUE(run(store_->tallies().forget_day(kind, 10, std::move(domain))));
    }
};

TEST_F(TalliesTest, CountsByDayAndDomain)
{
    add(tls, 10, "b.test", {{"sts", "", 2}, {"sts", "expired", 1}});
    add(tls, 10, "b.test", {{"sts", "", 3}});
    add(tls, 10, "a.test", {{"none", "", 1}});
    add(tls, 11, "a.test", {{"none", "", 1}});
    reopen();
    EXPECT_EQ(first(tls).domain, "a.test");
    forget(tls, "a.test");
    EXPECT_EQ(first(tls).domain, "b.test");
    EXPECT_EQ(first(tls).tallies, (std::vector<Tally>{{"sts", "", 5}, {"sts", "expired", 1}}));
    forget(tls, "b.test");
    EXPECT_EQ(first(tls).domain, "") << "the 11th is not over";
}

TEST_F(TalliesTest, AreReadOneAfterTheOther)
{
    add(dmarc, 10, "b.test", {{"", "x", 1}});
    add(dmarc, 9, "c.test", {{"", "x", 1}});
    add(dmarc, 10, "a.test", {{"", "x", 1}});
    std::vector<std::string> seen;
    std::int64_t day = 0;
    for (auto next = run(store_->tallies().next_day(dmarc, 11, 0, "")); next && *next;
         next = run(store_->tallies().next_day(dmarc, 11, day, seen.back()))) {
        day = (*next)->day;
        seen.push_back((*next)->domain);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"c.test", "a.test", "b.test"}));
}

TEST_F(TalliesTest, KeepsKindsApart)
{
    add(tls, 10, "a.test", {{"", "x", 1}});
    add(dmarc, 10, "a.test", {{"", "x", 7}});
    forget(tls, "a.test");
    EXPECT_EQ(first(tls).domain, "");
    EXPECT_EQ(first(dmarc).tallies, (std::vector<Tally>{{"", "x", 7}}));
}

TEST_F(TalliesTest, SaysWhatIsMoreThanIsKept)
{
    const auto many = [](int number) {
        std::vector<Tally> all;
        for (int i = 0; i < number; ++i)
            all.push_back({"", fmt::format("kind {}", i), 1});
        return all;
    };
    add(tls, 10, "a.test", many(90));
    add(tls, 10, "a.test", many(120));
    EXPECT_EQ(first(tls).tallies.size(), 100u);
    EXPECT_EQ(first(tls).left_out, 20u);
    add(dmarc, 10, "a.test", many(1005));
    EXPECT_EQ(first(dmarc).tallies.size(), 1000u);
    EXPECT_EQ(first(dmarc).left_out, 5u);
    forget(dmarc, "a.test");
    add(dmarc, 10, "a.test", many(1));
    EXPECT_EQ(first(dmarc).left_out, 0u) << "of another day";
}

} // namespace
} // namespace pillarbox::storage

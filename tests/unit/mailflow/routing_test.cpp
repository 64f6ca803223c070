#include "server/mailflow/routing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::mailflow {
namespace {

using storage::AccountId;

Recipient local(std::string path, std::vector<int> accounts)
{
    Recipient recipient{std::move(path), {}};
    for (const int id : accounts)
        recipient.route.local.push_back({AccountId{id}, "account@example.test", 1'000});
    return recipient;
}

Recipient alias(std::string path, std::vector<std::string> remote)
{
    return {std::move(path), {{}, std::move(remote)}};
}

TEST(Destinations, HoldEachAccountOnce)
{
    const Destinations all =
        destinations({local("alice@example.test", {1}), local("team@example.test", {2, 1, 3}),
                      local("alice+x@example.test", {1})});
    ASSERT_EQ(all.copies.size(), 3u);
    EXPECT_EQ(all.copies[0].account, AccountId{1});
    EXPECT_EQ(all.copies[0].delivered_to, "alice@example.test"); // of the first that leads there
    EXPECT_EQ(all.copies[1].account, AccountId{2});
    EXPECT_EQ(all.copies[1].delivered_to, "team@example.test");
    EXPECT_TRUE(all.forward_to.empty());
    EXPECT_EQ(all.forwarded_by, "");
}

TEST(Destinations, HoldEachRemoteAddressOnce)
{
    const Destinations all =
        destinations({alias("x@elsewhere.example", {"x@elsewhere.example"}),
                      alias("team@example.test", {"X@elsewhere.example", "y@b.example"})});
    EXPECT_EQ(all.forward_to, (std::vector<std::string>{"x@elsewhere.example", "y@b.example"}));
}

TEST(Destinations, NameTheAliasOnlyToThoseItServes)
{
    const Recipient first = alias("one@example.test", {"a@b.example", "c@d.example"});
    const Recipient second = alias("two@example.test", {"e@f.example"});
    const Recipient direct = alias("x@elsewhere.example", {"x@elsewhere.example"});
    EXPECT_EQ(destinations({first}).forwarded_by, "one@example.test");
    EXPECT_EQ(destinations({local("alice@example.test", {1}), first}).forwarded_by, "one@example.test");
    EXPECT_EQ(destinations({first, second}).forwarded_by, "");
    EXPECT_EQ(destinations({first, direct}).forwarded_by, "");
    EXPECT_EQ(destinations({direct, first}).forwarded_by, "");
    EXPECT_EQ(destinations({direct}).forwarded_by, "");
}

TEST(ForwardingLoop, IsSeenWhereAnAliasWouldSendOutAgain)
{
    const mime::Header passed("Delivered-To:  One@Example.Test \r\nSubject: x\r\n\r\n");
    const mime::Header fresh("Subject: x\r\n\r\nDelivered-To: one@example.test\r\n");
    const Recipient forward = alias("one@example.test", {"a@b.example"});
    EXPECT_TRUE(forwarding_loop(passed, {local("alice@example.test", {1}), forward}));
    EXPECT_FALSE(forwarding_loop(fresh, {forward}));
    EXPECT_FALSE(forwarding_loop(passed, {alias("two@example.test", {"a@b.example"})}));
    // A copy that stays here ends here, however often it is sent back.
    EXPECT_FALSE(forwarding_loop(passed, {local("one@example.test", {1})}));
    // An address elsewhere is no alias of ours.
    EXPECT_FALSE(forwarding_loop(passed, {alias("one@example.test", {"one@example.test"})}));
}

} // namespace
} // namespace pillarbox::mailflow

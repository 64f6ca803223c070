#include "server/mailflow/routing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::mailflow {
namespace {

using storage::AccountId;

Recipient local(std::string path, std::vector<int> accounts)
{
    Recipient recipient{std::move(path), {}, {}};
    for (const int id : accounts)
        recipient.route.local.push_back({AccountId{id}, "account@example.test", 1'000});
    return recipient;
}

Recipient alias(std::string path, std::vector<std::string> remote)
{
    return {std::move(path), {{}, std::move(remote)}, {}};
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

TEST(Destinations, KnowWhatEachRecipientAddsAndNeeds)
{
    const Destinations all =
        destinations({local("alice@example.test", {1}), local("team@example.test", {2, 1, 3}),
                      alias("away@example.test", {"x@b.example", "y@b.example"}),
                      alias("far@example.test", {"Y@b.example"})});
    ASSERT_EQ(all.parts.size(), 4u);
    EXPECT_EQ(all.parts[0].copies, 1u);
    EXPECT_TRUE(all.parts[0].needs.empty());
    EXPECT_EQ(all.parts[1].copies, 2u);
    EXPECT_EQ(all.parts[1].needs, std::vector<std::size_t>{0});
    EXPECT_EQ(all.parts[2].forwards, 2u);
    EXPECT_EQ(all.parts[3].forwards, 0u);
    EXPECT_EQ(all.parts[3].needs, std::vector<std::size_t>{2});
}

TEST(Destinations, HoldEachRemoteAddressOnce)
{
    const Destinations all =
        destinations({alias("x@elsewhere.example", {"x@elsewhere.example"}),
                      alias("team@example.test", {"X@elsewhere.example", "y@b.example"})});
    EXPECT_EQ(all.forward_to,
              (std::vector<storage::Forward>{{"x@elsewhere.example", {}}, {"y@b.example", {}}}));
}

TEST(Destinations, KnowWhichAliasLeadsThere)
{
    const Destinations all = destinations({alias("x@elsewhere.example", {"X@elsewhere.example"}),
                                           alias("team@example.test", {"x@elsewhere.example", "y@b.example"}),
                                           alias("other@example.test", {"z@b.example"})});
    ASSERT_EQ(all.forward_to.size(), 3u);
    EXPECT_EQ(all.through, (std::vector<std::string>{"", "team@example.test", "other@example.test"}));
}

TEST(Destinations, PassOnWhatWasAskedAsTheAliasAllows)
{
    namespace notify = storage::notify;
    const auto forwarded = [](std::size_t targets, std::uint32_t asked) {
        std::vector<std::string> remote{"a@b.example", "c@d.example"};
        remote.resize(targets);
        Recipient recipient = alias("one@example.test", std::move(remote));
        recipient.parameters = {asked, "rfc822;one@example.test"};
        return destinations({recipient}).forward_to.back().parameters;
    };
    for (const std::uint32_t asked : {0u, notify::never, notify::success, notify::success | notify::delay}) {
        EXPECT_EQ(forwarded(1, asked).notify, asked); // RFC 3461 §5.2.7.1
        EXPECT_EQ(forwarded(2, asked).original_recipient, "rfc822;one@example.test");
    }
    EXPECT_EQ(forwarded(2, 0), (storage::RcptParameters{0, "rfc822;one@example.test"}));
    EXPECT_EQ(forwarded(2, notify::never).notify, notify::never);
    EXPECT_EQ(forwarded(2, notify::success).notify, notify::never);
    EXPECT_EQ(forwarded(2, notify::success | notify::failure).notify, notify::failure);
}

TEST(SuccessOf, IsToldOfWhereItWasAskedAndIsKnown)
{
    const auto told = [](Recipient recipient) {
        EXPECT_FALSE(success_of(recipient)); // without being asked
        recipient.parameters.notify = storage::notify::failure | storage::notify::delay;
        EXPECT_FALSE(success_of(recipient));
        recipient.parameters.notify = storage::notify::success;
        return success_of(recipient);
    };
    EXPECT_EQ(told(local("alice@example.test", {1})), Action::delivered);
    EXPECT_EQ(told(local("team@example.test", {1, 2})), Action::delivered);
    EXPECT_EQ(told(alias("team@example.test", {"a@b.example", "c@d.example"})), Action::expanded);
    Recipient both = local("team@example.test", {1});
    both.route.remote = {"a@b.example"};
    EXPECT_EQ(told(both), Action::expanded);
    EXPECT_EQ(told(alias("away@example.test", {"a@b.example"})), std::nullopt);
    EXPECT_EQ(told(alias("a@b.example", {"a@b.example"})), std::nullopt);
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

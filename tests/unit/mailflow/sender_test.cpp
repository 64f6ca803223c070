#include "server/mailflow/sender.hpp"

#include "tests/unit/mailflow/store_fixture.hpp"

namespace pillarbox::mailflow {
namespace {

using MaySendAs = StoreFixture;
using AuthorsBelong = StoreFixture;

TEST_F(MaySendAs, IsWhoeverTheAddressReaches)
{
    struct Case
    {
        std::string local_part, domain;
        bool allowed;
    };
    const std::vector<Case> table{
        {"alice", "example.test", true},
        {"Alice", "Example.Test", true},
        {"alice+shop", "example.test", true},
        {"sales", "example.test", true},
        {"bob", "example.test", false},
        {"nobody", "example.test", false},
        {"away", "example.test", false},
        {"alice", "other.example", false},
        {"alice", "", false},
        {"", "example.test", false},
    };
    for (const Case& c : table) {
        const auto allowed =
            run(may_send_as(accounts(), account("alice@example.test"), c.local_part, c.domain));
        EXPECT_EQ(allowed.has_value(), c.allowed) << c.local_part << '@' << c.domain;
        if (!allowed) EXPECT_EQ(allowed.error(), storage::Errc::not_found) << c.local_part << '@' << c.domain;
    }
}

TEST_F(MaySendAs, IsWhoeverWasPermittedIt)
{
    const auto alice = account("alice@example.test");
    EXPECT_FALSE(run(may_send_as(accounts(), alice, "anyone", "bücher.example")));
    ASSERT_TRUE(run(accounts().add_sender("alice@example.test", "@xn--bcher-kva.example")));
    EXPECT_TRUE(run(may_send_as(accounts(), alice, "anyone", "bücher.example")));
    EXPECT_TRUE(run(may_send_as(accounts(), alice, "anyone", "XN--BCHER-KVA.example")));
    EXPECT_FALSE(run(may_send_as(accounts(), account("bob@example.test"), "anyone", "bücher.example")));
    const auto none = run(may_send_as(accounts(), alice, "anyone", "\xff"));
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(), storage::Errc::not_found);
}

TEST_F(MaySendAs, IsNobodyWithAnAliasThatIsOff)
{
    ASSERT_TRUE(run(accounts().set_alias_enabled("sales@example.test", false)));
    const auto off = run(may_send_as(accounts(), account("alice@example.test"), "sales", "example.test"));
    ASSERT_FALSE(off);
    EXPECT_EQ(off.error(), storage::Errc::not_found);
}

TEST_F(AuthorsBelong, WhenAllOfThemReachTheAccount)
{
    std::string crowd = "From: alice@example.test";
    for (int i = 0; i < 30; ++i)
        crowd += ",\r\n alice+" + std::to_string(i) + "@example.test";
    struct Case
    {
        std::string head;
        bool allowed;
    };
    const std::vector<Case> table{
        {"From: Alice <alice@example.test>\r\n\r\n", true},
        {"FROM: \"Bob bob@example.test\" <ALICE@example.test>\r\n\r\n", true},
        {"From: sales@example.test\r\nSender: alice@example.test\r\n\r\n", true},
        {"From: alice@example.test, sales@example.test\r\nSender: alice@example.test\r\n\r\n", true},
        {"From: =?utf-8?q?bob=40example=2Etest?= <alice@example.test>\r\n\r\n", true},
        {"From: bob@example.test\r\n\r\n", false},
        {"From: alice@example.test, bob@example.test\r\n\r\n", false},
        {"From: alice@example.test\r\nFrom: bob@example.test\r\n\r\n", false},
        {"From: alice@example.test\r\nSender: bob@example.test\r\n\r\n", false},
        {"From: team: alice@example.test, bob@example.test;\r\n\r\n", false},
        {"From: alice@example.test <bob@example.test>\r\n\r\n", false},
        {"From: nobody at all\r\n\r\n", false},
        {"From:\r\n\r\n", false},
        {"Subject: x\r\n\r\nFrom: alice@example.test\r\n", false},
        {crowd + "\r\n\r\n", false}, // more than anybody needs
    };
    for (const Case& c : table) {
        const auto belong = run(authors_belong(accounts(), account("alice@example.test"), c.head));
        EXPECT_EQ(belong.has_value(), c.allowed) << c.head;
    }
}

} // namespace
} // namespace pillarbox::mailflow

#include "storage/dead_addresses.hpp"

#include "storage/events.hpp"
#include "storage/queue.hpp"
#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class DeadAddressesTest : public StoreTest
{
public:
    DeadAddresses& dead() { return store_->dead_addresses(); }

    /// Sends a message there, and settles it so.
    void settle(const std::string& address, Outcome::Kind kind, bool is_dead,
                std::uint32_t suppress_after = 0)
    {
        Delivery delivery;
        delivery.body = store_->mail().new_spool();
        ASSERT_TRUE(delivery.body->append("Subject: x\r\n\r\ntext\r\n"));
        delivery.forward_to = {{.recipient = address}};
        ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
        const auto claim = run(store_->queue().claim({.now = now_, .until = now_ + 1h}));
        ASSERT_TRUE(claim && *claim);
        Settlement settlement{.claim = (*claim)->number, .suppress_after = suppress_after};
        settlement.outcomes.push_back({.id = (*claim)->recipients.front().id,
                                       .kind = kind,
                                       .due = now_ + 1h,
                                       .host = "mx.example.net",
                                       .reply = "550 5.1.1 nobody",
                                       .dead = is_dead});
        ASSERT_TRUE(run(store_->queue().settle(std::move(settlement))));
        ASSERT_TRUE(run(store_->queue().change(std::nullopt, QueueChange::hold)));
    }

    std::uint32_t failures(const std::string& address = "bob@example.net")
    {
        const auto found = run(dead().find(address));
        return found && *found ? (*found)->failures : 0;
    }

    /// What is told of an address besides what became of mail to it.
    std::vector<std::string> told(const std::string& address)
    {
        std::vector<std::string> words;
        const auto events = run(store_->events().of_address(address, {}, 100));
        EXPECT_TRUE(events);
        for (const auto& event : *events)
            if (event.kind == EventKind::suppressed || event.kind == EventKind::suppression_lifted)
                words.push_back(std::string(name_of(event.kind)) + " " + event.user + event.peer);
        return words;
    }

    std::size_t listed(std::uint32_t least, Time since)
    {
        const auto found = run(dead().list(least, since, 10));
        return found ? found->size() : 99;
    }

    const Time now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
};

TEST_F(DeadAddressesTest, AreCountedAsTheyFail)
{
    EXPECT_EQ(failures(), 0u);
    settle("bob@example.net", Outcome::Kind::returned, true);
    settle("BOB@example.net", Outcome::Kind::returned, true);
    reopen();
    EXPECT_EQ(failures(), 2u);
    const auto found = run(dead().find("bob@example.net"));
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->host, "mx.example.net");
    EXPECT_EQ((*found)->reply, "550 5.1.1 nobody");
    EXPECT_GE((*found)->last, (*found)->first);
    EXPECT_EQ(failures("carol@example.net"), 0u);
}

TEST_F(DeadAddressesTest, OnlyBySayingSo)
{
    settle("bob@example.net", Outcome::Kind::returned, false);
    settle("bob@example.net", Outcome::Kind::later, true);
    EXPECT_EQ(failures(), 0u);
}

TEST_F(DeadAddressesTest, AreNoneOnceMailIsTaken)
{
    settle("bob@example.net", Outcome::Kind::returned, true);
    settle("carol@example.net", Outcome::Kind::returned, true);
    settle("bob@example.net", Outcome::Kind::delivered, false);
    EXPECT_EQ(failures(), 0u);
    EXPECT_EQ(failures("carol@example.net"), 1u);
}

TEST_F(DeadAddressesTest, AreListedAndForgotten)
{
    settle("bob@example.net", Outcome::Kind::returned, true);
    settle("bob@example.net", Outcome::Kind::returned, true);
    settle("carol@example.net", Outcome::Kind::returned, true);
    EXPECT_EQ(listed(1, now_ - 1h), 2u);
    EXPECT_EQ(listed(2, now_ - 1h), 1u);
    EXPECT_EQ(listed(1, now_ + 1h), 0u);
    ASSERT_TRUE(run(dead().forget("Bob@Example.net", "root")));
    EXPECT_EQ(run(dead().forget("bob@example.net", "root")).error(), Errc::not_found);
    EXPECT_EQ(listed(1, now_ - 1h), 1u);
}

TEST_F(DeadAddressesTest, WhoAsksWhatHappenedIsTold)
{
    const auto fail = [&] { settle("bob@example.net", Outcome::Kind::returned, true, 2); };
    fail();
    EXPECT_TRUE(told("bob@example.net").empty());
    fail();
    const std::vector<std::string> once{"suppressed mx.example.net"};
    EXPECT_EQ(told("bob@example.net"), once);
    EXPECT_EQ(told("BOB@EXAMPLE.NET"), once) << "case does not count";
    ASSERT_TRUE(run(dead().forget("Bob@example.net", "alice@example.test")));
    fail();
    fail();
    settle("bob@example.net", Outcome::Kind::delivered, false, 2);
    const std::vector<std::string> all{"suppressed mx.example.net", "suppressionLifted alice@example.test",
                                       "suppressed mx.example.net", "suppressionLifted mx.example.net"};
    auto sorted = told("bob@example.net"); // within a second, messages stand before what has none
    auto expected = all;
    std::ranges::sort(sorted);
    std::ranges::sort(expected);
    EXPECT_EQ(sorted, expected);
    settle("bob@example.net", Outcome::Kind::delivered, false, 2);
    EXPECT_EQ(told("bob@example.net").size(), 4u) << "who was alive is alive";
}

} // namespace
} // namespace pillarbox::storage

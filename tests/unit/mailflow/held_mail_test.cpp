#include "server/mailflow/held_mail.hpp"

#include "server/mailflow/lookup.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"

#include <chrono>

namespace pillarbox::mailflow {
namespace {

using namespace std::chrono_literals;
namespace notify = storage::notify;

const std::string later_letter = "From: alice@example.test\r\nSubject: later\r\n\r\nTomorrow.\r\n";

class HeldMailTest : public StoreFixture
{
public:
    /// Accepted now, to go in an hour.
    void hold(std::vector<std::string> recipients, std::uint32_t asked = 0)
    {
        Sender sender{"alice@example.test", {}};
        sender.parameters.release_at = release_;
        sender.parameters.envelope_id = "QQ314159";
        sender.parameters.deliver_by = deliver_by_;
        std::vector<Recipient> accepted;
        for (std::string& recipient : recipients) {
            auto route = run(find_route(accounts(), recipient));
            ASSERT_TRUE(route) << recipient;
            accepted.push_back({std::move(recipient), std::move(*route), {asked, "rfc822;original"}});
        }
        Origin origin;
        origin.kind = Origin::Kind::submission;
        origin.account = account("alice@example.test");
        auto body = mail().new_spool();
        ASSERT_TRUE(body->append(later_letter));
        const auto verdict =
            run(intake_.accept(std::move(origin), std::move(sender), std::move(accepted), std::move(body)));
        EXPECT_TRUE(verdict.accepted());
    }

    void send_due(storage::Time now)
    {
        HeldMail held(context().get_executor(), store(), intake_, Log());
        run(done(held.send_due(now)));
    }

    std::vector<storage::Queued> queued()
    {
        auto entries = run(queue().list(100));
        EXPECT_TRUE(entries);
        return entries ? std::move(*entries) : std::vector<storage::Queued>();
    }

    std::vector<std::string> inbox(const std::string& address)
    {
        std::vector<std::string> messages;
        const auto drop = run(mail().open_maildrop(account(address)));
        if (!drop) return messages;
        const auto entries = run((*drop)->entries());
        if (!entries) return messages;
        for (const auto& entry : *entries) {
            const auto reader = run(mail().open(entry.id));
            if (!reader) continue;
            const auto piece = run((*reader)->next());
            if (piece) messages.emplace_back(*piece);
        }
        return messages;
    }

    const storage::Time release_ =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + 1h;
    std::optional<storage::DeliverBy> deliver_by_{};
    Intake intake_{accounts(), mail(), "mx.example.test"};

private:
    static awaitable<bool> done(awaitable<void> task)
    {
        co_await std::move(task);
        co_return true;
    }
};

TEST_F(HeldMailTest, GoesWhenItsTimeHasCome)
{
    hold({"bob@example.test", "far@elsewhere.example"}, notify::success);
    ASSERT_EQ(queued().size(), 2u);
    EXPECT_EQ(queued().front().mail.release_at, release_);
    EXPECT_TRUE(run(store().later().next(release_ - 1h)).value() == release_);

    send_due(release_ - 1s);
    EXPECT_TRUE(inbox("bob@example.test").empty());
    EXPECT_TRUE(inbox("alice@example.test").empty()); // no word of success yet
    EXPECT_EQ(queued().size(), 2u);

    send_due(release_);
    ASSERT_EQ(inbox("bob@example.test").size(), 1u);
    EXPECT_TRUE(inbox("bob@example.test").front().ends_with(later_letter));
    ASSERT_EQ(queued().size(), 1u);
    EXPECT_EQ(queued().front().recipient, "far@elsewhere.example");
    EXPECT_EQ(queued().front().mail.release_at, std::nullopt);
    EXPECT_EQ(queued().front().mail.envelope_id, "QQ314159");
    EXPECT_EQ(queued().front().rcpt, (storage::RcptParameters{notify::success, "rfc822;original"}));
    ASSERT_EQ(inbox("alice@example.test").size(), 1u);
    EXPECT_NE(inbox("alice@example.test").front().find("Action: delivered"), std::string::npos);

    send_due(release_ + 1h); // and once only
    EXPECT_EQ(inbox("bob@example.test").size(), 1u);
}

TEST_F(HeldMailTest, ComesBackWhenItsRecipientHasGone)
{
    hold({"bob@example.test", "alice@example.test"});
    ASSERT_TRUE(run(accounts().remove_alias("sales@example.test")));
    ASSERT_TRUE(run(accounts().remove("bob@example.test")));
    send_due(release_);
    const auto messages = inbox("alice@example.test");
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_TRUE(messages[0].ends_with(later_letter));
    EXPECT_NE(
        messages[1].find("Final-Recipient: rfc822; bob@example.test\r\nAction: failed\r\nStatus: 5.1.1"),
        std::string::npos);
    EXPECT_TRUE(queued().empty());
}

TEST_F(HeldMailTest, ComesBackWhenItIsTooLate)
{
    deliver_by_ = storage::DeliverBy{release_ + 1h, true};
    hold({"bob@example.test", "far@elsewhere.example"});
    send_due(release_ + 1h);
    EXPECT_TRUE(inbox("bob@example.test").empty());
    EXPECT_TRUE(queued().empty());
    const auto messages = inbox("alice@example.test");
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_NE(
        messages[0].find("Final-Recipient: rfc822; far@elsewhere.example\r\nAction: failed\r\nStatus: 5.4.7"),
        std::string::npos);
    EXPECT_NE(messages[0].find("Deliver-By-Date: "), std::string::npos);
}

TEST_F(HeldMailTest, TellsNobodyWhoDoesNotWantToHear)
{
    hold({"bob@example.test"}, notify::never);
    ASSERT_TRUE(run(accounts().remove_alias("sales@example.test")));
    ASSERT_TRUE(run(accounts().remove("bob@example.test")));
    send_due(release_);
    EXPECT_TRUE(inbox("alice@example.test").empty());
    EXPECT_TRUE(queued().empty());
}

TEST_F(HeldMailTest, IsTriedAgainForFiveDays)
{
    hold({"bob@example.test"});
    ASSERT_TRUE(run(accounts().set_quota("bob@example.test", 1)));
    send_due(release_);
    EXPECT_EQ(queued().size(), 1u);
    EXPECT_TRUE(inbox("alice@example.test").empty());

    send_due(release_ + 5 * 24h);
    EXPECT_TRUE(queued().empty());
    ASSERT_EQ(inbox("alice@example.test").size(), 1u);
    EXPECT_NE(inbox("alice@example.test").front().find("Action: failed\r\nStatus: 4.4.7"), std::string::npos);
}

TEST_F(HeldMailTest, CanBeDropped)
{
    hold({"bob@example.test"});
    ASSERT_TRUE(run(queue().drop(queued().front().id)));
    send_due(release_);
    EXPECT_TRUE(inbox("bob@example.test").empty());
}

} // namespace
} // namespace pillarbox::mailflow

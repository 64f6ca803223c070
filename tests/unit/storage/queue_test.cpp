#include "storage/queue.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class Outgoing : public StoreTest
{
public:
    void queue_mail(const std::vector<std::string>& recipients, std::string_view body = "a body")
    {
        auto mail_out = delivery(body, {});
        mail_out.reverse_path = "alice@example.org";
        for (const std::string& recipient : recipients)
            mail_out.forward_to.push_back({recipient, {}});
        mail_out.forward_trace = "Received: here\r\n";
        ASSERT_TRUE(run(mail().deliver(std::move(mail_out))));
    }

    ClaimWish wish() const { return {.now = now_, .until = now_ + 2h}; }

    std::optional<Claim> claim(ClaimWish wish)
    {
        auto claimed = run(queue().claim(std::move(wish)));
        EXPECT_TRUE(claimed);
        return claimed ? std::move(*claimed) : std::nullopt;
    }

    /// Domains or addresses, as they are claimed, until nothing is left.
    std::vector<std::string> claim_all(ClaimWish wish)
    {
        std::vector<std::string> all;
        while (auto claimed = claim(wish)) {
            std::string text = claimed->destination + ":";
            for (const auto& recipient : claimed->recipients)
                text += " " + recipient.address;
            all.push_back(text);
        }
        return all;
    }

    std::vector<Queued> listed()
    {
        auto all = run(queue().list(1000));
        EXPECT_TRUE(all);
        return all ? *all : std::vector<Queued>();
    }

    void settle(const Claim& claim, Outcome outcome)
    {
        std::vector<Outcome> outcomes;
        for (const auto& recipient : claim.recipients) {
            outcome.id = recipient.id;
            outcomes.push_back(outcome);
        }
        Settlement settlement{.claim = claim.number, .outcomes = outcomes};
        ASSERT_TRUE(run(queue().settle(std::move(settlement))));
    }

    Time now_ = storage::now();
};

using Texts = std::vector<std::string>;

TEST_F(Outgoing, IsClaimedOnceAndByDestination)
{
    queue_mail({"a@one.example", "b@two.example", "C@ONE.example"});
    queue_mail({"\"d@x\"@one.example"});
    const auto first = claim(wish());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->destination, "one.example");
    EXPECT_EQ(first->reverse_path, "alice@example.org");
    EXPECT_EQ(first->size, std::string("Received: here\r\na body").size());
    ASSERT_EQ(first->recipients.size(), 2u);
    EXPECT_EQ(first->recipients[1].address, "C@ONE.example");
    EXPECT_EQ(first->recipients[0].attempts, 1u);
    EXPECT_EQ(claim_all(wish()), (Texts{"one.example: \"d@x\"@one.example", "two.example: b@two.example"}));
    for (const auto& entry : listed())
        EXPECT_TRUE(entry.claimed);
}

TEST_F(Outgoing, BringsAlongWhatWasAskedFor)
{
    MailParameters asked;
    asked.envelope_id = "QQ314159";
    asked.return_content = ReturnContent::full;
    asked.deliver_by = DeliverBy{now_ + 1h, true, true};
    auto out = delivery("a body", {});
    out.parameters = asked;
    out.forward_to.push_back({"a@one.example", {notify::delay, "rfc822;a"}});
    out.forward_to.push_back({"b@two.example", {}});
    ASSERT_TRUE(run(mail().deliver(std::move(out))));
    EXPECT_EQ(listed().at(1).mail, asked);
    const auto first = claim(wish());
    ASSERT_TRUE(first);
    EXPECT_EQ(first->mail, asked);
    EXPECT_EQ(first->recipients.at(0).parameters, (RcptParameters{notify::delay, "rfc822;a"}));
    auto ending = wish();
    ending.only = listed().at(1).id;
    const auto ended = claim(ending);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->mail, asked);
    EXPECT_EQ(ended->recipients.at(0).parameters, RcptParameters{});

    auto told = delivery("a body", {});
    told.parameters.deliver_by = DeliverBy{now_ - 1h};
    told.forward_to.push_back({"a@three.example", {}});
    const auto wanted = told.parameters;
    ASSERT_TRUE(run(mail().deliver(std::move(told))));
    EXPECT_EQ(listed().at(2).mail, wanted);
}

TEST_F(Outgoing, LeavesWithTheReversePathOfEach)
{
    auto out = delivery("a body", {});
    out.reverse_path = "carol@elsewhere.example";
    out.forward_to.push_back({"a@one.example", {}, "rewritten@example.org"});
    out.forward_to.push_back({"b@one.example", {}});
    ASSERT_TRUE(run(mail().deliver(std::move(out))));
    const auto first = claim(wish());
    const auto second = claim(wish());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->reverse_path, "rewritten@example.org");
    EXPECT_EQ(second->reverse_path, "carol@elsewhere.example");
}

TEST_F(Outgoing, IsClaimedTogetherWhereAllGoesTheSameWay)
{
    queue_mail({"a@one.example", "b@two.example", "c@three.example"});
    auto together = wish();
    together.together = true;
    together.recipients = 2;
    EXPECT_EQ(claim_all(together),
              (Texts{"one.example: a@one.example b@two.example", "three.example: c@three.example"}));
}

TEST_F(Outgoing, PassesOverBusyDestinationsAndTakesOneAskedFor)
{
    queue_mail({"a@one.example"});
    queue_mail({"a@two.example"});
    auto other = wish();
    other.busy = {"one.example"};
    EXPECT_EQ(claim_all(other), Texts{"two.example: a@two.example"});
    auto only = wish();
    only.destination = "two.example";
    EXPECT_EQ(claim_all(only), Texts{});
    only.destination = "one.example";
    EXPECT_EQ(claim_all(only), Texts{"one.example: a@one.example"});
}

TEST_F(Outgoing, IsDueAgainWhenItsClaimEnds)
{
    queue_mail({"a@one.example"});
    const auto first = claim(wish());
    ASSERT_TRUE(first);
    EXPECT_FALSE(claim(wish()));
    now_ += 3h;
    const auto second = claim(wish());
    ASSERT_TRUE(second);
    EXPECT_EQ(second->recipients[0].attempts, 2u);
    settle(*first, {.kind = Outcome::Kind::delivered}); // too late: it is another's
    ASSERT_EQ(listed().size(), 1u);
    settle(*second, {.kind = Outcome::Kind::delivered});
    EXPECT_TRUE(listed().empty());
}

TEST_F(Outgoing, IsDueAgainWhenTheServerStartsAnew)
{
    queue_mail({"a@one.example"});
    ASSERT_TRUE(claim(wish()));
    reopen();
    const auto again = claim(wish());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->recipients[0].attempts, 2u); // an attempt that ends the server is one
}

TEST_F(Outgoing, StaysUntilItIsDone)
{
    queue_mail({"a@one.example", "b@one.example"});
    auto first = claim(wish());
    ASSERT_TRUE(first);
    const auto b = first->recipients[1].id;
    Settlement settlement{.claim = first->number};
    settlement.outcomes = {{.id = first->recipients[0].id},
                           {.id = b,
                            .kind = Outcome::Kind::later,
                            .due = now_ + 10min,
                            .warned = true,
                            .host = "mx.one.example",
                            .reply = "450 4.2.1 not now"}};
    ASSERT_TRUE(run(queue().settle(std::move(settlement))));
    const auto entry = run(queue().find(b));
    ASSERT_TRUE(entry);
    EXPECT_EQ(listed().size(), 1u);
    EXPECT_EQ(entry->host, "mx.one.example");
    EXPECT_EQ(entry->reply, "450 4.2.1 not now");
    EXPECT_EQ(entry->due, now_ + 10min);
    EXPECT_EQ(entry->attempts, 1u);
    EXPECT_FALSE(entry->claimed);
    EXPECT_EQ(*run(queue().next_due({})), now_ + 10min);
    EXPECT_FALSE(*run(queue().next_due({"one.example"})));
    EXPECT_FALSE(claim(wish()));

    now_ += 10min;
    auto second = claim(wish());
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->recipients[0].warned);
    settle(*second, {.kind = Outcome::Kind::untried});
    EXPECT_EQ(listed().at(0).attempts, 1u);
    second = claim(wish());
    ASSERT_TRUE(second);
    settle(*second, {.kind = Outcome::Kind::delivered});
    EXPECT_FALSE(claim(wish()));
    now_ += 3h; // who looks once more finds that there is nothing
    EXPECT_FALSE(claim(wish()));
    EXPECT_FALSE(*run(queue().next_due({})));
}

TEST_F(Outgoing, IsReportedInTheCommitThatSettlesIt)
{
    queue_mail({"a@one.example"});
    const auto claimed = claim(wish());
    ASSERT_TRUE(claimed);
    const auto settled_with = [&](AccountId sender) {
        Settlement settlement{.claim = claimed->number};
        settlement.outcomes = {{.id = claimed->recipients[0].id}};
        settlement.reports.push_back(delivery("it failed", {"alice@example.org"}));
        settlement.reports[0].copies[0].account = sender;
        return run(queue().settle(std::move(settlement)));
    };
    EXPECT_EQ(settled_with(AccountId{4711}).error(), Errc::not_found);
    ASSERT_EQ(listed().size(), 1u);
    ASSERT_TRUE(settled_with(account("alice@example.org")));
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(entries("alice@example.org").size(), 1u);
}

TEST_F(Outgoing, WaitsWithItsDestination)
{
    queue_mail({"a@one.example"});
    queue_mail({"b@one.example"});
    const auto first = claim(wish());
    ASSERT_TRUE(first);
    Settlement settlement{.claim = first->number};
    settlement.outcomes = {
        {.id = first->recipients[0].id, .kind = Outcome::Kind::later, .due = now_ + 10min}};
    settlement.not_before = now_ + 10min;
    settlement.destination = first->destination;
    ASSERT_TRUE(run(queue().settle(std::move(settlement))));
    EXPECT_FALSE(claim(wish()));
    EXPECT_EQ(*run(queue().next_due({})), now_ + 10min);
    queue_mail({"c@one.example"});
    EXPECT_FALSE(claim(wish()));
    EXPECT_TRUE(run(queue().change(listed().at(2).id, QueueChange::retry)));
    EXPECT_EQ(claim_all(wish()), (Texts{"one.example: b@one.example", "one.example: c@one.example"}));
}

TEST_F(Outgoing, WaitsForAnAdministratorWhileItIsHeld)
{
    queue_mail({"a@one.example"});
    const auto id = listed().at(0).id;
    EXPECT_EQ(*run(queue().change(id, QueueChange::hold)), 1u);
    EXPECT_TRUE(listed().at(0).held);
    EXPECT_FALSE(claim(wish()));
    EXPECT_EQ(*run(queue().change(id, QueueChange::retry)), 1u);
    EXPECT_FALSE(claim(wish()));
    EXPECT_EQ(*run(queue().change({}, QueueChange::release)), 1u);
    const auto claimed = claim(wish());
    ASSERT_TRUE(claimed);

    // Held while it is tried: that goes on, and then it waits.
    EXPECT_EQ(*run(queue().change({}, QueueChange::hold)), 1u);
    settle(*claimed, {.kind = Outcome::Kind::later, .due = now_});
    EXPECT_FALSE(claim(wish()));
    EXPECT_EQ(run(queue().change(QueueId{4711}, QueueChange::hold)).error(), Errc::not_found);
}

TEST_F(Outgoing, IsTriedAtOnceWhenAnAdministratorSaysSo)
{
    queue_mail({"a@one.example"});
    const auto claimed = claim(wish());
    ASSERT_TRUE(claimed);
    EXPECT_EQ(*run(queue().change({}, QueueChange::retry)), 0u); // it is being tried
    settle(*claimed, {.kind = Outcome::Kind::later, .due = now_ + 1h});
    EXPECT_FALSE(claim(wish()));
    EXPECT_EQ(*run(queue().change({}, QueueChange::retry)), 1u);
    EXPECT_TRUE(claim(wish()));
}

TEST_F(Outgoing, IsReadWithItsTraceFields)
{
    queue_mail({"a@one.example"}, text_of(300'000));
    const auto reader = run(queue().open(listed().at(0).id));
    ASSERT_TRUE(reader);
    std::string octets;
    while (true) {
        const auto piece = run((*reader)->next());
        ASSERT_TRUE(piece);
        if (piece->empty()) break;
        octets += *piece;
    }
    EXPECT_EQ(octets, "Received: here\r\n" + text_of(300'000));
    EXPECT_EQ(run(queue().open(QueueId{4711})).error(), Errc::not_found);
}

TEST_F(Outgoing, OneIsClaimedToEndIt)
{
    queue_mail({"a@one.example", "b@one.example"});
    const auto held = listed().at(0).id;
    ASSERT_TRUE(run(queue().change(held, QueueChange::hold)));
    auto ending = wish();
    ending.only = held;
    const auto claimed = claim(ending);
    ASSERT_TRUE(claimed);
    ASSERT_EQ(claimed->recipients.size(), 1u);
    EXPECT_EQ(claimed->recipients[0].address, "a@one.example");
    EXPECT_EQ(claimed->recipients[0].attempts, 0u);
    EXPECT_EQ(claimed->destination, "one.example");
    EXPECT_FALSE(claim(ending)) << "somebody has it";
    settle(*claimed, {.kind = Outcome::Kind::returned});
    EXPECT_EQ(claim_all(wish()), Texts{"one.example: b@one.example"});
    EXPECT_FALSE(claim(ending));
}

TEST_F(Outgoing, IsToldAfterTheCommit)
{
    int told = 0;
    queue().on_queued([&told] { ++told; });
    ASSERT_TRUE(deliver("for somebody here", {"alice@example.org"}));
    EXPECT_EQ(told, 0);
    queue_mail({"a@one.example"});
    close(); // its threads are joined
    EXPECT_EQ(told, 1);
}

} // namespace
} // namespace pillarbox::storage

#include "storage/junk.hpp"

#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class JunkTest : public StoreTest
{
public:
    Junk& junk() { return store_->junk(); }

    Acquaintance known(const std::string& author)
    {
        const auto asked = run(junk().acquaintances({account(alice)}, author)).value().front();
        const auto came_along =
            run(accounts().route("alice", "example.org", author))->local.front().acquaintance;
        EXPECT_EQ(came_along.has_value(), !author.empty());
        if (!came_along) return asked;
        EXPECT_EQ(came_along->rule, asked.rule);
        EXPECT_EQ(came_along->known, asked.known);
        EXPECT_EQ(came_along->junk, asked.junk);
        EXPECT_EQ(came_along->wanted, asked.wanted);
        return asked;
    }

    MessageId message()
    {
        EXPECT_TRUE(deliver(text_of(100), {alice}));
        return entries(alice).back().id;
    }

    MessageId move(MessageId id, MailboxRole to)
    {
        return run(mail().move(account(alice), {id}, mailbox(alice, to))).value().front().to.id;
    }

    std::vector<Lesson> lessons() { return run(junk().lessons(100)).value(); }

    void learn(const std::vector<std::uint64_t>& words)
    {
        for (const auto& lesson : lessons())
            EXPECT_TRUE(run(junk().learn(lesson, words)));
    }

    WordCount count(std::uint64_t word)
    {
        const auto found = run(junk().words({account(alice)}, {word})).value().front();
        return found.empty() ? WordCount{.word = word} : found.front();
    }
};

TEST_F(JunkTest, KeepsRulesOfSenders)
{
    EXPECT_TRUE(run(junk().set_rule(account(alice), "Bob@Example.NET", SenderRule::block)));
    EXPECT_TRUE(run(junk().set_rule(account(alice), "@example.net", SenderRule::allow)));
    EXPECT_EQ(known("bob@example.net").rule, SenderRule::block); // an address comes before its domain
    EXPECT_EQ(known("eve@example.net").rule, SenderRule::allow);
    EXPECT_FALSE(known("eve@sub.example.net").rule);
    EXPECT_FALSE(run(junk().acquaintances({account(bob)}, "bob@example.net")).value().front().rule);
    EXPECT_TRUE(run(junk().set_rule(account(alice), "bob@example.net", SenderRule::allow)));
    const auto all = run(junk().senders(account(alice))).value();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].sender, "@example.net");
    EXPECT_EQ(all[1].rule, SenderRule::allow);
    EXPECT_TRUE(run(junk().remove_rule(account(alice), "BOB@example.net")));
    EXPECT_EQ(run(junk().remove_rule(account(alice), "bob@example.net")).error(), Errc::not_found);
    EXPECT_EQ(run(junk().set_rule(account(alice), "no address", SenderRule::block)).error(), Errc::invalid);
    EXPECT_EQ(run(junk().set_rule(AccountId{999}, "a@example.net", SenderRule::block)).error(),
              Errc::not_found);
}

TEST_F(JunkTest, KnowsWhomMailHasComeFrom)
{
    EXPECT_FALSE(known("carol@example.net").known);
    Delivery delivery;
    delivery.body = mail().new_spool();
    ASSERT_TRUE(delivery.body->append("From: carol@example.net\r\n\r\ntext\r\n"));
    delivery.copies.push_back({.account = account(alice), .trace = {}, .author = "carol@example.net"});
    ASSERT_TRUE(run(mail().deliver(std::move(delivery))));
    EXPECT_TRUE(known("Carol@example.net").known);
    EXPECT_FALSE(run(junk().acquaintances({account(bob)}, "carol@example.net")).value().front().known);
    ASSERT_TRUE(run(store_->contacts().wrote_to(account(alice), {{"Dan", "Dan@example.net"}})));
    EXPECT_TRUE(known("dan@example.net").known);
    EXPECT_FALSE(known("").known);
}

TEST_F(JunkTest, LearnsOnceFromAMessage)
{
    auto id = message();
    id = move(id, MailboxRole::junk);
    ASSERT_EQ(lessons().size(), 1u);
    EXPECT_TRUE(lessons()[0].junk);
    EXPECT_EQ(lessons()[0].message, id);
    learn({7, 8});
    EXPECT_TRUE(lessons().empty());
    EXPECT_EQ(count(7).junk, 1u);
    EXPECT_EQ(known("").junk, 1u);

    // Back: it never was junk.
    id = move(id, MailboxRole::inbox);
    ASSERT_EQ(lessons().size(), 1u);
    EXPECT_FALSE(lessons()[0].junk);
    learn({7, 8});
    EXPECT_EQ(count(7).junk, 0u);
    EXPECT_EQ(count(7).wanted, 1u);
    EXPECT_EQ(known("").junk, 0u);
    EXPECT_EQ(known("").wanted, 1u);

    id = move(id, MailboxRole::archive); // teaches nothing new
    learn({7, 8});
    EXPECT_EQ(count(8).wanted, 1u);
    EXPECT_EQ(known("").wanted, 1u);
}

TEST_F(JunkTest, TellsOfSeveralFiltersAtOnce)
{
    const auto found = run(junk().words({account(bob), account(alice), account(bob)}, {1, 2})).value();
    EXPECT_EQ(found.size(), 3u) << "each has its place, even where it knows nothing";
}

TEST_F(JunkTest, LearnsFromMovesThatTell)
{
    using enum MailboxRole;
    struct Case
    {
        MailboxRole from, to;
        std::optional<bool> junk;
    };
    for (const auto& [from, to, junk] :
         {Case{inbox, junk, true}, Case{archive, MailboxRole::junk, true},
          Case{trash, MailboxRole::junk, true}, Case{sent, MailboxRole::junk, {}},
          Case{MailboxRole::junk, inbox, false}, Case{MailboxRole::junk, trash, {}},
          Case{inbox, archive, false}, Case{inbox, trash, {}}, Case{trash, inbox, {}},
          Case{archive, inbox, {}}}) {
        auto id = message();
        if (from != inbox) id = move(id, from);
        for (const auto& lesson : lessons()) // of getting there
            ASSERT_TRUE(run(this->junk().learn(lesson, {})));
        move(id, to);
        const auto told = lessons();
        EXPECT_EQ(told.size(), junk ? 1u : 0u) << int(from) << " to " << int(to);
        if (junk && !told.empty()) EXPECT_EQ(told[0].junk, *junk) << int(from) << " to " << int(to);
        learn({});
    }
}

TEST_F(JunkTest, LastMoveCounts)
{
    auto id = move(message(), MailboxRole::junk);
    id = move(id, MailboxRole::inbox); // before anybody has learned
    ASSERT_EQ(lessons().size(), 1u);
    EXPECT_FALSE(lessons()[0].junk);
    EXPECT_EQ(lessons()[0].message, id);
}

TEST_F(JunkTest, Forgets)
{
    move(message(), MailboxRole::junk);
    learn({7});
    EXPECT_TRUE(run(junk().unlearn(account(alice))));
    EXPECT_EQ(count(7).junk, 0u);
    EXPECT_EQ(known("").junk, 0u);
}

TEST_F(JunkTest, HasALimitForWords)
{
    std::uint64_t next = 1;
    for (int i = 0; i < 60; ++i) {
        move(message(), MailboxRole::junk);
        std::vector<std::uint64_t> words{7}; // in every one
        for (int k = 0; k < 1000; ++k)
            words.push_back(1000 + next++);
        learn(words);
    }
    EXPECT_EQ(count(7).junk, 60u);
    const auto look = [](sqlite::Database& database) -> Result<std::int64_t> {
        sqlite::Query row(database, "SELECT count(*) FROM junk_word");
        row.step();
        return row.integer(0);
    };
    EXPECT_LE(run(sqlite::submit(*core().readers, look)).value(), 50'000);
}

TEST_F(JunkTest, LetsStrangersInWhoComeAgain)
{
    using namespace std::chrono_literals;
    const Stranger stranger{"192.0.2.0/24", "example.net"};
    EXPECT_EQ(run(junk().wait_for(stranger, 300s)).value(), 300s);
    const auto again = run(junk().wait_for(stranger, 300s)).value();
    EXPECT_TRUE(again > 0s && again <= 300s);
    EXPECT_EQ(run(junk().wait_for(stranger, 0s)).value(), 0s);
    EXPECT_EQ(run(junk().wait_for(stranger, 300s)).value(), 0s); // from now on
    EXPECT_EQ(run(junk().wait_for({"192.0.2.0/24", "other.example"}, 300s)).value(), 300s);
}

} // namespace
} // namespace pillarbox::storage

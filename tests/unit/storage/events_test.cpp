#include "storage/events.hpp"

#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/event_rows.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <ranges>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto far_away = "carol@elsewhere.example";

class EventsTest : public StoreTest
{
public:
    EventsTest()
    {
        options_.vault = 1h;
        reopen();
    }

    Events& events() { return store_->events(); }

    /// Delivers as a peer's session would.
    void accept(const std::vector<std::string>& addresses, const std::vector<std::string>& remote = {})
    {
        auto message = delivery("a message", addresses);
        message.reverse_path = "sender@example.net";
        for (const std::string& recipient : remote)
            message.forward_to.push_back({recipient, {}});
        message.summary.message_id = "<one@example.net>";
        message.handover = {.session = "abcdefgh",
                            .peer = "192.0.2.7",
                            .tls = "TLSv1.3",
                            .protocol = "ESMTPS",
                            .user = "",
                            .name = "name12345678"};
        for (std::size_t i = 0; i < addresses.size(); ++i)
            message.copies[i].recipient = addresses[i];
        ASSERT_TRUE(run(mail().deliver(std::move(message))));
    }

    MessageId newest(const std::string& address) { return entries(address).back().id; }

    std::vector<Event> story(const std::string& address, MessageId message)
    {
        auto told = run(events().of_message(account(address), message));
        EXPECT_TRUE(told);
        return told ? std::move(*told) : std::vector<Event>();
    }

    std::vector<Event> since_ever(const std::string& address)
    {
        auto told = run(events().of_address(address, Time{}, 100));
        EXPECT_TRUE(told);
        return told ? std::move(*told) : std::vector<Event>();
    }

    static std::vector<EventKind> kinds(const std::vector<Event>& told)
    {
        std::vector<EventKind> kinds;
        for (const auto& event : told)
            kinds.push_back(event.kind);
        return kinds;
    }

    void record(Event event)
    {
        auto work = [&](sqlite::Database& database) -> Result<void> {
            sqlite::record_event(database, event);
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(submit_and_wait(*core().writer, work));
    }

    std::int64_t count(const char* sql)
    {
        auto work = [sql](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, sql);
            row.step();
            return row.integer(0);
        };
        return submit_and_wait(*core().readers, work).value();
    }

    using Kinds = std::vector<EventKind>;
};

TEST_F(EventsTest, AreThereOnceAMessageIsAccepted)
{
    accept({alice, bob}, {far_away});
    const auto told = story(alice, newest(alice));
    ASSERT_EQ(kinds(told), Kinds{EventKind::stored}); // and nothing of bob's
    const auto& event = told.front();
    EXPECT_EQ(event.account, account(alice));
    EXPECT_EQ(event.message, newest(alice));
    EXPECT_EQ(event.mailbox_name, "Inbox");
    EXPECT_EQ(event.uid, 1u);
    EXPECT_EQ(event.session, "abcdefgh");
    EXPECT_EQ(event.peer, "192.0.2.7");
    EXPECT_EQ(event.tls, "TLSv1.3");
    EXPECT_EQ(event.protocol, "ESMTPS");
    EXPECT_EQ(event.sender, "sender@example.net");
    EXPECT_EQ(event.recipient, alice);
    EXPECT_EQ(event.message_id, "<one@example.net>");
    EXPECT_EQ(event.name, "name12345678");
    EXPECT_GE(event.at, storage::now() - 60s);
}

TEST_F(EventsTest, AreFoundByEveryNameOfTheMessage)
{
    accept({alice, bob}, {far_away});
    for (const auto* name : {"<one@example.net>", "name12345678"}) {
        const auto told = run(events().of_named(name));
        ASSERT_TRUE(told) << name;
        EXPECT_EQ(kinds(*told), (Kinds{EventKind::stored, EventKind::stored, EventKind::queued})) << name;
        EXPECT_EQ(told->back().recipient, far_away);
    }
    EXPECT_TRUE(run(events().of_named("<two@example.net>"))->empty());
}

TEST_F(EventsTest, AreFoundByWhoeverTookPart)
{
    accept({alice}, {far_away});
    for (const auto* address : {alice, "Alice@Example.ORG", far_away, "sender@example.net"})
        EXPECT_EQ(since_ever(address).size(), 2u) << address;
    EXPECT_TRUE(since_ever(bob).empty());
    EXPECT_TRUE(run(events().of_address(alice, storage::now() + 1h, 100))->empty());
}

TEST_F(EventsTest, TellWhatBecameOfAMessage)
{
    accept({alice});
    const auto first = newest(alice);
    ASSERT_TRUE(run(mail().set_flags(account(alice), first, flag::seen, 0)));
    ASSERT_TRUE(run(mail().set_flags(account(alice), first, flag::flagged, flag::seen))); // not read again
    const auto moved =
        run(mail().move(account(alice), {first}, mailbox(alice, MailboxRole::archive))).value().front().to;
    ASSERT_TRUE(run(mail().expunge(account(alice), {moved.id})));

    const auto told = story(alice, moved.id);
    ASSERT_EQ(kinds(told), (Kinds{EventKind::stored, EventKind::read, EventKind::moved, EventKind::deleted}));
    EXPECT_EQ(told[2].mailbox_name, "Archive");
    EXPECT_EQ(told[2].message, moved.id);
    EXPECT_TRUE(told[3].there);
    ASSERT_TRUE(told[3].until);
    EXPECT_GT(*told[3].until, storage::now() + 59min);

    const auto back = run(store_->vault().restore(account(alice), {moved.id})).value().front();
    EXPECT_EQ(kinds(story(alice, back.id)).back(), EventKind::restored);
    EXPECT_FALSE(story(alice, back.id)[3].there);
    ASSERT_TRUE(run(mail().expunge(account(alice), {back.id})));
    ASSERT_TRUE(run(store_->vault().forget(account(alice), {back.id})));
    core().upkeep->run_once();
    EXPECT_EQ(run(events().of_message(account(alice), back.id)).error(), Errc::not_found);
    const auto all = run(events().of_named("<one@example.net>")).value(); // its story outlives it
    EXPECT_EQ(kinds(all).back(), EventKind::forgotten);
}

TEST_F(EventsTest, TellWhoFetchedWhatIsGone)
{
    accept({alice});
    const auto id = newest(alice);
    Visit visit{.account = account(alice),
                .label = "",
                .peer = "192.0.2.9",
                .at = storage::now(),
                .mailbox = mailbox(alice),
                .fetched = {{.uid = 1, .at = storage::now()}},
                .session = "popsessn"};
    auto stays = visit;
    ASSERT_TRUE(run(store_->devices().quit(std::move(stays), {})));
    EXPECT_EQ(kinds(story(alice, id)), (Kinds{EventKind::stored, EventKind::fetched})); // by the ledger
    EXPECT_EQ(count("SELECT count(*) FROM event"), 1);

    visit.fetched.clear();
    ASSERT_TRUE(run(store_->devices().quit(std::move(visit), {id})));
    const auto told = story(alice, id);
    ASSERT_EQ(kinds(told), (Kinds{EventKind::stored, EventKind::fetched, EventKind::deleted}));
    EXPECT_EQ(told[1].protocol, "POP3");
    EXPECT_EQ(told[2].protocol, "POP3");
    EXPECT_EQ(told[2].peer, "192.0.2.9");
    EXPECT_EQ(told[2].session, "popsessn");
}

TEST_F(EventsTest, TellWhyTheStoreRemovedSomething)
{
    const auto own = run(mail().add_mailbox(account(alice), "Mine")).value();
    accept({alice});
    const auto there = run(mail().move(account(alice), {newest(alice)}, own)).value().front().to;
    ASSERT_TRUE(run(mail().remove_mailbox(account(alice), own)));
    const auto told = story(alice, there.id);
    ASSERT_EQ(kinds(told), (Kinds{EventKind::stored, EventKind::moved, EventKind::deleted}));
    EXPECT_EQ(told.back().text, "its mailbox was removed");
    EXPECT_TRUE(told.back().there);
    EXPECT_EQ(told.back().mailbox_name, "");
}

TEST_F(EventsTest, BelongToTheirMessageByItsPlaceInTheQueue)
{
    accept({}, {far_away});
    const auto queued = run(queue().list(1)).value().front();
    record({.kind = EventKind::deferred,
            .queue = queued.id,
            .peer = "mx.elsewhere.example [192.0.2.44]",
            .recipient = far_away,
            .code = 451,
            .text = "4.7.1 try again later"});
    const auto told = run(events().of_named("<one@example.net>")).value();
    ASSERT_EQ(kinds(told), (Kinds{EventKind::queued, EventKind::deferred}));
    EXPECT_EQ(told[1].code, 451);
    EXPECT_EQ(told[1].queue, queued.id);
    ASSERT_TRUE(run(queue().drop(queued.id)));
    EXPECT_EQ(kinds(run(events().of_named("<one@example.net>")).value()).back(), EventKind::dropped);
}

TEST_F(EventsTest, KnowWhatWasRefused)
{
    const auto refused = [](EventKind kind, const std::string& recipient) {
        return Event{.kind = kind,
                     .peer = "192.0.2.7",
                     .sender = "sender@example.net",
                     .recipient = recipient,
                     .code = 550,
                     .text = "5.1.1 no mailbox here by that name"};
    };
    events().note(refused(EventKind::recipient_refused, "alise@example.org"));
    events().note({.kind = EventKind::sign_in_failed, .user = alice});
    events().note({.kind = EventKind::sign_in_failed, .user = "my secret"});
    events().note({.kind = EventKind::sign_in_failed, .user = "nobody@example.org"});
    core().upkeep->run_once();
    const auto told = since_ever("alise@example.org");
    ASSERT_EQ(kinds(told), Kinds{EventKind::recipient_refused});
    EXPECT_EQ(told[0].code, 550);
    EXPECT_EQ(told[0].text, "5.1.1 no mailbox here by that name");
    EXPECT_EQ(kinds(since_ever(alice)), Kinds{EventKind::sign_in_failed});
    EXPECT_EQ(count("SELECT count(*) FROM refusal"), 2); // names may be secrets that were mistyped
}

TEST_F(EventsTest, KnowWhoSignedInOrCouldNotByANameWithoutDomain)
{
    const auto id = account(alice);
    events().note({.kind = EventKind::sign_in_failed, .user = "alice"});
    events().note({.kind = EventKind::sign_in_failed, .user = "alise"});
    events().note({.kind = EventKind::signed_in, .account = id, .user = alice, .text = "phone"});
    core().upkeep->run_once();
    const auto told = since_ever(alice);
    ASSERT_EQ(kinds(told), (Kinds{EventKind::sign_in_failed, EventKind::signed_in}));
    EXPECT_EQ(told[0].account, id);
    EXPECT_EQ(told[1].text, "phone");
    EXPECT_EQ(count("SELECT count(*) FROM refusal"), 2);
}

TEST_F(EventsTest, AreWrittenDownWhenTheStoreEnds)
{
    events().note({.kind = EventKind::recipient_refused, .recipient = "alise@example.org"});
    reopen();
    EXPECT_EQ(since_ever("alise@example.org").size(), 1u);
}

TEST_F(EventsTest, GoWithTime)
{
    accept({alice});
    accept({alice});
    events().note({.at = storage::now() - 40 * 24h, .kind = EventKind::recipient_refused, .recipient = bob});
    auto age = [](sqlite::Database& database) -> Result<void> {
        database.run("UPDATE event SET at = at - ? WHERE id = 1", std::chrono::seconds(31 * 24h).count());
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(submit_and_wait(*core().writer, age));
    core().upkeep->run_once();
    EXPECT_EQ(count("SELECT group_concat(id) FROM event"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM refusal"), 0);
}

TEST_F(EventsTest, OfMessagesAreNotPushedOutByRefusals)
{
    options_.events_most = 3;
    reopen();
    for (int i = 0; i < 5; ++i)
        accept({alice});
    for (int i = 0; i < 2'500; ++i)
        events().note({.kind = EventKind::recipient_refused, .recipient = bob});
    core().upkeep->run_once();
    EXPECT_EQ(count("SELECT count(*) FROM event"), 3);
    EXPECT_EQ(count("SELECT min(id) FROM event"), 3);
    EXPECT_EQ(count("SELECT count(*) FROM refusal"), 3);
    EXPECT_EQ(count("SELECT min(id) FROM refusal"), 2'498);
}

TEST_F(EventsTest, AreToldOfWhatIsOlderThanThey)
{
    accept({alice});
    auto forget = [](sqlite::Database& database) -> Result<void> {
        database.run("DELETE FROM event");
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(submit_and_wait(*core().writer, forget));
    const auto told = story(alice, newest(alice));
    ASSERT_EQ(kinds(told), Kinds{EventKind::stored});
    EXPECT_EQ(told[0].mailbox_name, "Inbox");
    EXPECT_EQ(told[0].session, "");
    EXPECT_EQ(kinds(run(events().of_named("<one@example.net>")).value()), Kinds{EventKind::stored});
}

TEST_F(EventsTest, AreNobodyElsesBusiness)
{
    accept({alice});
    EXPECT_EQ(run(events().of_message(account(bob), newest(alice))).error(), Errc::not_found);
}

} // namespace
} // namespace pillarbox::storage

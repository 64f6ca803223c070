#include "server/outbound/courier.hpp"

#include "server/mailflow/srs.hpp"
#include "server/net/reactor.hpp"
#include "server/net/resolver.hpp"
#include "server/net/tls_trust.hpp"
#include "tests/unit/mailflow/store_fixture.hpp"
#include "tests/unit/outbound/scripted_hop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string greeted = "S: 220 hop.example\nC: EHLO mail.example.test\nS: 250 hop.example\n";
const std::string taken = "C: MAIL FROM:<alice@example.test>\nS: 250 ok\nC: RCPT TO:<bob@elsewhere.example>\n"
                          "S: 250 ok\nC: DATA\nS: 354 go ahead\nC: Subject: hi\nC: \nC: text\nC: .\n"
                          "S: 250 2.0.0 taken\n";
const std::string left = "C: QUIT\nS: 221 bye\n";

/// A queue with mail in it, and a courier who carries it to a smarthost that has a script.
class CourierTest : public mailflow::StoreFixture
{
public:
    void queue_mail(const std::vector<std::string>& recipients = {"bob@elsewhere.example"},
                    storage::MailParameters parameters = {})
    {
        storage::Delivery delivery;
        delivery.reverse_path = "alice@example.test";
        delivery.parameters = parameters;
        for (const auto& recipient : recipients)
            delivery.forward_to.push_back({recipient});
        delivery.body = mail().new_spool();
        EXPECT_TRUE(delivery.body->append("Subject: hi\r\n\r\ntext\r\n"));
        EXPECT_TRUE(run(mail().deliver(std::move(delivery))));
    }

    /// Carries what is due first to the server at `port`; whether it was not reached.
    bool carry(std::uint16_t port)
    {
        Settings settings;
        settings.mode = Config::Outbound::Mode::smarthost;
        settings.own_name = "mail.example.test";
        settings.smarthost = Relay{.to = {.tls = false, .user = {}, .host = "127.0.0.1", .port = port}};
        settings.anybody = std::make_shared<const net::TlsTrust>(net::TlsTrust::anybody());
        const auto shared = std::make_shared<const Settings>(std::move(settings));
        bool unreached = false;
        net::Reactor reactor;
        net::Resolver resolver(reactor, {});
        Reporter reporter(store(), "mail.example.test", mailflow::Srs(std::string(32, 'k')), nullptr);
        StsPolicies policies(store().tls_facts(), {});
        Pace pace;
        Courier courier({reactor,
                         resolver,
                         queue(),
                         reporter,
                         {resolver, policies, store().tls_facts(), store().tallies()},
                         pace},
                        shared);
        const auto all = [&]() -> awaitable<void> {
            auto claim = co_await queue().claim(wish_for(*shared, now()));
            EXPECT_TRUE(claim && *claim);
            co_await courier.carry(std::move(**claim));
            unreached = courier.unreached();
            reactor.stop();
        };
        reactor.spawn("courier", all());
        reactor.run();
        return unreached;
    }

    static storage::Time now()
    {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    std::vector<storage::Queued> queued() { return run(queue().list(100)).value(); }

    /// How many messages somebody here has.
    std::size_t received(const std::string& address)
    {
        const auto maildrop = run(mail().open_maildrop(account(address), {}));
        return maildrop ? (*maildrop)->count() : 0;
    }
};

TEST_F(CourierTest, CarriesAllThatIsDueOnOneConnection)
{
    queue_mail();
    queue_mail();
    ScriptedHop hop({greeted + taken + taken + left});
    EXPECT_FALSE(carry(hop.port()));
    hop.finish();
    EXPECT_THAT(hop.faults, IsEmpty());
    EXPECT_THAT(queued(), IsEmpty());
    EXPECT_EQ(received("alice@example.test"), 0u) << "nobody tells of success unasked";
}

TEST_F(CourierTest, SaysEachRecipientsFate)
{
    queue_mail({"bob@elsewhere.example", "eve@elsewhere.example", "tom@elsewhere.example"});
    ScriptedHop hop({greeted +
                     "C: MAIL FROM:<alice@example.test>\nS: 250 ok\n"
                     "C: RCPT TO:<bob@elsewhere.example>\nS: 250 ok\n"
                     "C: RCPT TO:<eve@elsewhere.example>\nS: 550 5.1.1 nobody\n"
                     "C: RCPT TO:<tom@elsewhere.example>\nS: 451 4.2.2 full\n"
                     "C: DATA\nS: 354 go ahead\nC: *\nC: *\nC: *\nC: .\nS: 250 taken\n" +
                     left});
    EXPECT_FALSE(carry(hop.port()));
    hop.finish();
    EXPECT_THAT(hop.faults, IsEmpty());
    const auto waiting = queued();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().recipient, "tom@elsewhere.example");
    EXPECT_EQ(waiting.front().reply, "451 4.2.2 full");
    EXPECT_EQ(waiting.front().attempts, 1u);
    EXPECT_GT(waiting.front().due, now());
    EXPECT_EQ(received("alice@example.test"), 1u) << "that eve is nobody";
}

TEST_F(CourierTest, KeepsWhatWasUnderWayWhenTheConnectionEnds)
{
    queue_mail();
    ScriptedHop hop({greeted + "C: MAIL FROM:<alice@example.test>\nS: 250 ok\n"
                               "C: RCPT TO:<bob@elsewhere.example>\nS: 250 ok\nC: DATA\n"});
    EXPECT_FALSE(carry(hop.port()));
    const auto waiting = queued();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_THAT(waiting.front().reply, HasSubstr("was lost while"));
}

TEST_F(CourierTest, DoesNotSendAgainWhatWasTakenBefore)
{
    queue_mail();
    queue_mail();
    ScriptedHop hop({greeted + taken + "C: MAIL FROM:<alice@example.test>\n"});
    EXPECT_FALSE(carry(hop.port()));
    const auto waiting = queued();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_LE(waiting.front().due, now() + 1s) << "it took the other: another connection, at once";
}

TEST_F(CourierTest, KnowsThatNobodyIsThere)
{
    queue_mail();
    ScriptedHop hop({});
    const auto port = hop.port();
    hop.finish(); // a socket that was shut down refuses
    EXPECT_TRUE(carry(port));
    const auto waiting = queued();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_THAT(waiting.front().reply, HasSubstr("cannot be reached"));
}

TEST_F(CourierTest, GoesNowhereWithWhatIsTooLate)
{
    storage::MailParameters parameters;
    parameters.deliver_by = storage::DeliverBy{.at = now() - 1s, .or_return = true};
    queue_mail({"bob@elsewhere.example"}, parameters);
    ScriptedHop hop({});
    EXPECT_FALSE(carry(hop.port()));
    hop.finish();
    EXPECT_THAT(queued(), IsEmpty());
    EXPECT_EQ(received("alice@example.test"), 1u) << "that it is too late";
}

TEST_F(CourierTest, KeepsWhatAServerTakesFromNobody)
{
    queue_mail();
    ScriptedHop hop({"S: 554 5.7.1 go away\nC: QUIT\nS: 221 bye\n"});
    EXPECT_TRUE(carry(hop.port()));
    const auto waiting = queued();
    ASSERT_EQ(waiting.size(), 1u);
    EXPECT_EQ(waiting.front().reply, "554 5.7.1 go away");
}

} // namespace
} // namespace pillarbox::outbound

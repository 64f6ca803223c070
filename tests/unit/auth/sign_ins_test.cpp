#include "server/auth/sign_ins.hpp"

#include <boost/asio/awaitable.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::auth {
namespace {

using boost::asio::awaitable;
using boost::asio::ip::make_address;
using storage::Event;
using storage::EventKind;

/// Keeps what is noted.
class Noted final : public storage::Events
{
public:
    void note(Event event) override { events.push_back(std::move(event)); }
    awaitable<storage::Result<std::vector<Event>>> of_message(storage::AccountId, storage::MessageId) override
    {
        co_return std::vector<Event>();
    }
    awaitable<storage::Result<std::vector<Event>>> of_named(std::string) override
    {
        co_return std::vector<Event>();
    }
    awaitable<storage::Result<std::vector<Event>>> of_address(std::string, storage::Time,
                                                              std::size_t) override
    {
        co_return std::vector<Event>();
    }

    std::vector<Event> events;
};

const Identity alice{.account = storage::AccountId{7}, .address = "alice@example.org", .device = {}};
const Identity phone{.account = storage::AccountId{7}, .address = "alice@example.org", .device = "phone"};

Place from(const char* peer, const char* protocol = "POP3S")
{
    return {.protocol = protocol, .peer = make_address(peer), .tls = "TLSv1.3", .session = "abcdefgh"};
}

TEST(SignIns, AreToldWithWhereTheyWere)
{
    Noted noted;
    SignIns sign_ins(&noted);
    sign_ins.succeeded(phone, from("::ffff:192.0.2.7"));
    sign_ins.failed("alice@example.org", "wrong name or password", from("192.0.2.7", "HTTP"));
    ASSERT_EQ(noted.events.size(), 2u);
    EXPECT_EQ(noted.events[0].kind, EventKind::signed_in);
    EXPECT_EQ(noted.events[0].account, alice.account);
    EXPECT_EQ(noted.events[0].user, "alice@example.org");
    EXPECT_EQ(noted.events[0].text, "phone");
    EXPECT_EQ(noted.events[0].peer, "192.0.2.7");
    EXPECT_EQ(noted.events[0].protocol, "POP3S");
    EXPECT_EQ(noted.events[0].tls, "TLSv1.3");
    EXPECT_EQ(noted.events[0].session, "abcdefgh");
    EXPECT_EQ(noted.events[1].kind, EventKind::sign_in_failed);
    EXPECT_EQ(noted.events[1].user, "alice@example.org");
    EXPECT_EQ(noted.events[1].text, "wrong name or password");
    EXPECT_EQ(noted.events[1].protocol, "HTTP");
}

TEST(SignIns, ThatSucceedAreToldOnceForEachWay)
{
    Noted noted;
    SignIns sign_ins(&noted);
    for (int times = 0; times < 3; ++times) {
        sign_ins.succeeded(alice, from("192.0.2.7"));
        sign_ins.succeeded(phone, from("192.0.2.7"));         // another device
        sign_ins.succeeded(alice, from("192.0.2.7", "HTTP")); // another protocol
        sign_ins.succeeded(alice, from("192.0.2.8"));         // another network
        sign_ins.succeeded(alice, from("2001:db8::1"));
        sign_ins.succeeded(alice, from("2001:db8::2")); // the same
        sign_ins.failed("alice@example.org", "wrong name or password", from("192.0.2.7"));
    }
    EXPECT_EQ(noted.events.size(), 5u + 3u);
}

TEST(SignIns, ThatFailAreNotToldOfWithoutEnd)
{
    Noted noted;
    SignIns sign_ins(&noted);
    for (std::size_t times = 0; times < SignIns::most_failures + 10; ++times)
        sign_ins.failed("alice@example.org", "wrong name or password", from("192.0.2.7"));
    EXPECT_EQ(noted.events.size(), SignIns::most_failures);
    sign_ins.failed("alice@example.org", "wrong name or password", from("192.0.2.8"));
    EXPECT_EQ(noted.events.size(), SignIns::most_failures + 1);
}

TEST(SignIns, AreToldNobodyWithoutEvents)
{
    SignIns sign_ins(nullptr);
    sign_ins.succeeded(alice, from("192.0.2.7"));
    sign_ins.failed("alice@example.org", "wrong name or password", from("192.0.2.7"));
}

} // namespace
} // namespace pillarbox::auth

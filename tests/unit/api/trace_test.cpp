#include "server/transcript/record.hpp"
#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

#include <filesystem>
#include <fstream>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class TraceTest : public SiteTest
{
protected:
    storage::AccountId account(std::string_view who)
    {
        return run(store_->accounts().find(std::string(who) + "@example.org"))->id;
    }

    std::string kinds(std::string_view who, const std::string& id)
    {
        std::string all;
        const auto told = get(who, "/api/v1/messages/" + id + "/trace").json();
        for (const auto& event : told.at("items").as_array())
            all += std::string(event.at("kind").as_string()) + " ";
        return all;
    }

    /// As if a session had left it, after those before.
    void keep(const std::string& session, std::string_view who, std::string_view text)
    {
        net::Transcript::About about;
        about.session = session;
        about.protocol = "submission";
        about.peer = "192.0.2.7";
        about.end = "quit";
        if (!who.empty()) {
            about.account = std::string(who) + "@example.org";
            about.account_id = static_cast<std::int64_t>(account(who));
        }
        std::string octets;
        transcript::append(octets, about, text);
        std::filesystem::create_directories(folder_.path() / "transcripts");
        std::ofstream(folder_.path() / "transcripts" / "00000001.txt", std::ios::app) << octets;
    }

    /// A message for both, brought by the session "peersess".
    void deliver_to_both()
    {
        storage::Delivery delivery;
        delivery.reverse_path = "sender@example.net";
        delivery.body = store_->mail().new_spool();
        ASSERT_TRUE(delivery.body->append("Subject: x\r\n\r\ntext\r\n"));
        for (const std::string who : {"alice", "bob"})
            delivery.copies.push_back(
                {.account = account(who), .trace = "", .recipient = who + "@example.org"});
        delivery.handover = {.session = "peersess", .peer = "192.0.2.9", .name = "thename"};
        ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }
};

TEST_F(TraceTest, TellsWhatHappenedToAMessage)
{
    deliver_to_both();
    const auto id = newest("alice");
    EXPECT_EQ(kinds("alice", id), "stored ");
    const auto event = get("alice", "/api/v1/messages/" + id + "/trace").json().at("items").at(0);
    EXPECT_EQ(event.at("address"), "192.0.2.9");
    EXPECT_EQ(event.at("recipient"), "alice@example.org");
    EXPECT_EQ(event.at("sender"), "sender@example.net");
    EXPECT_EQ(event.at("mailbox"), "Inbox");
    EXPECT_EQ(event.at("session"), "peersess");
    ask(as("alice", "PATCH", "/api/v1/messages/" + id, R"({"seen":true})"));
    EXPECT_EQ(kinds("alice", id), "stored read ");
}

TEST_F(TraceTest, IsNobodyElsesBusiness)
{
    deliver_to_both();
    const auto id = newest("alice");
    EXPECT_EQ(get("bob", "/api/v1/messages/" + id + "/trace").status, 404u);
    EXPECT_EQ(get("alice", "/api/v1/messages/" + id + "/trace").body.find("bob"), std::string::npos);
    EXPECT_EQ(ask(request("GET", "/api/v1/messages/" + id + "/trace")).status, 401u);
    EXPECT_EQ(get("alice", "/api/v1/messages/x/trace").problem(), "not-found");
}

TEST_F(TraceTest, ListsTheAccountsOwnSessions)
{
    EXPECT_TRUE(get("alice", "/api/v1/transcripts").json().at("items").as_array().empty());
    keep("first", "alice", "0.000 ** quit\n");
    keep("others", "bob", "0.000 ** quit\n");
    keep("nobodys", "", "0.000 ** quit\n");
    keep("second", "alice", "0.000 C: NOOP\n0.001 ** quit\n");
    const auto items = get("alice", "/api/v1/transcripts").json().at("items").as_array();
    ASSERT_EQ(items.size(), 2u);
    EXPECT_EQ(items[0].at("id"), "second");
    EXPECT_EQ(items[1].at("id"), "first");
    EXPECT_EQ(get("alice", "/api/v1/transcripts?limit=1").json().at("items").as_array().size(), 1u);
    EXPECT_EQ(get("alice", "/api/v1/transcripts?limit=201").problem(), "invalid");
    EXPECT_EQ(get("alice", "/api/v1/transcripts/second").json().at("text"), "0.000 C: NOOP\n0.001 ** quit\n");
    for (const std::string other : {"others", "nobodys", "nothing"})
        EXPECT_EQ(get("alice", "/api/v1/transcripts/" + other).problem(), "not-found") << other;
}

TEST_F(TraceTest, AnAddressIsNoAccount)
{
    net::Transcript::About about;
    about.session = "earlier";
    about.protocol = "pop3";
    about.peer = "192.0.2.7";
    about.end = "quit";
    about.account = "alice@example.org"; // somebody who had it before
    about.account_id = 4711;
    std::string octets;
    transcript::append(octets, about, "");
    std::filesystem::create_directories(folder_.path() / "transcripts");
    std::ofstream(folder_.path() / "transcripts" / "00000001.txt") << octets;
    EXPECT_TRUE(get("alice", "/api/v1/transcripts").json().at("items").as_array().empty());
    EXPECT_EQ(get("alice", "/api/v1/transcripts/earlier").status, 404u);
}

TEST_F(TraceTest, ShowsTheSessionThatBroughtAMessage)
{
    deliver_to_both();
    const auto path = "/api/v1/messages/" + newest("alice") + "/transcript";
    EXPECT_EQ(get("alice", path).problem(), "not-found"); // the session is not over yet
    keep("peersess", "",
         "0.000 S: 220 here\n0.001 C: EHLO there\n0.001 S: 250 here\n"
         "0.002 C: MAIL FROM:<sender@example.net>\n0.002 S: 250 ok\n"
         "0.003 C: RCPT TO:<alice@example.org>\n0.003 S: 250 ok\n"
         "0.004 C: RCPT TO:<bob@example.org>\n0.004 S: 250 ok\n"
         "0.005 C: DATA\n0.005 S: 354 go\n0.006 C: <9 octets of message>\n"
         "0.007 S: 250 2.0.0 stored as thename\n0.008 ** quit\n");
    const auto shown = get("alice", path);
    EXPECT_EQ(shown.status, 200u);
    const std::string text(shown.json().at("text").as_string());
    EXPECT_NE(text.find("RCPT TO:<alice@example.org>"), std::string::npos) << text;
    EXPECT_NE(text.find("stored as thename"), std::string::npos) << text;
    EXPECT_EQ(shown.body.find("bob"), std::string::npos) << shown.body;
    EXPECT_EQ(get("bob", path).status, 404u);
}

} // namespace
} // namespace pillarbox::api

#include "tests/unit/outbound/client_test.hpp"

#include <gmock/gmock.h>

#include <functional>

namespace pillarbox::outbound {
namespace {

using testing::StartsWith;

TEST_F(ClientTest, SendsToAServerThatKnowsNothing)
{
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 502 what?
C: HELO us.example
S: 250 hop.example
C: MAIL FROM:<a@us.example>
S: 250 ok
C: RCPT TO:<b@hop.example>
S: 250 ok
C: DATA
S: 354 go ahead
C: Subject: hi
C: 
C: ..dot
C: .
S: 250 2.0.0 taken
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(), "delivered 2.0.0 250 2.0.0 taken");
}

TEST_F(ClientTest, SaysAllAtOnceWhereItMay)
{
    envelope_.recipients = {"b@hop.example", "c@hop.example"};
    envelope_.size = 22;
    text_ = Text("\xc3\xbc\r\n");
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250-PIPELINING
S: 250-8BITMIME
S: 250 SIZE 1000
C: MAIL FROM:<a@us.example> SIZE=22 BODY=8BITMIME
C: RCPT TO:<b@hop.example>
C: RCPT TO:<c@hop.example>
C: DATA
S: 250 ok
S: 550 5.1.1 nobody
S: 250 ok
S: 354 go ahead
C: ü
C: .
S: 250 2.0.0 taken
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(0), "failed 5.1.1 550 5.1.1 nobody");
    EXPECT_EQ(outcome(1), "delivered 2.0.0 250 2.0.0 taken");
}

TEST_F(ClientTest, SendsAChunkWhereItMay)
{
    envelope_.recipients = {"b@hop.example", "c@hop.example"};
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250-PIPELINING
S: 250 CHUNKING
C: MAIL FROM:<a@us.example>
C: RCPT TO:<b@hop.example>
C: RCPT TO:<c@hop.example>
S: 250 ok
S: 550 5.1.1 nobody
S: 250 ok
C: BDAT 21 LAST
C: Subject: hi
C: 
C: .dot
S: 250 2.0.0 taken
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(0), "failed 5.1.1 550 5.1.1 nobody");
    EXPECT_EQ(outcome(1), "delivered 2.0.0 250 2.0.0 taken");
}

TEST_F(ClientTest, SendsNoChunkThatNobodyWants)
{
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250-PIPELINING
S: 250 CHUNKING
C: MAIL FROM:<a@us.example>
C: RCPT TO:<b@hop.example>
S: 250 ok
S: 550 5.1.1 nobody
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(), "failed 5.1.1 550 5.1.1 nobody");
}

TEST_F(ClientTest, PassesOnWhatItsSenderWantsToBeToldOf)
{
    envelope_.return_content = storage::ReturnContent::headers;
    envelope_.envelope_id = "QQ1";
    envelope_.asked = {{storage::notify::success, "rfc822;c@us.example"}};
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250 DSN
C: MAIL FROM:<a@us.example> RET=HDRS ENVID=QQ1
S: 250 ok
C: RCPT TO:<b@hop.example> NOTIFY=SUCCESS ORCPT=rfc822;c@us.example
S: 250 ok
C: DATA
S: 354 go ahead
C: Subject: hi
C: 
C: ..dot
C: .
S: 250 2.0.0 taken
C: QUIT
S: 221 bye)");
    EXPECT_TRUE(answers_.at(0)->tells);
}

TEST_F(ClientTest, SendsNothingWhereNobodyWantsIt)
{
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250-hop.example
S: 250 PIPELINING
C: MAIL FROM:<a@us.example>
C: RCPT TO:<b@hop.example>
C: DATA
S: 250 ok
S: 450 4.2.1 full
S: 354 go ahead all the same
C: .
S: 554 no valid recipients
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(), "later 4.2.1 450 4.2.1 full");
}

TEST_F(ClientTest, ObjectsBeforeItAsks)
{
    struct Case
    {
        const char* offered;
        std::function<void()> prepare;
        const char* outcome;
    };
    const std::vector<Case> cases{
        {"SIZE 10", [this] { envelope_.size = 11; }, "failed 5.3.4 "},
        {"DSN", [this] { text_ = Text("\xff"); }, "failed 5.6.3 "},
        {"DSN", [this] { envelope_.recipients = {"\xc3\xbc@hop.example"}; }, "failed 5.6.7 "},
        {"DSN", [this] { text_.fails = true; }, "later 4.3.0 "},
    };
    for (const auto& each : cases) {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_);
        started_ = false;
        envelope_.size = 0;
        envelope_.recipients = {"b@hop.example"};
        text_ = Text("hi\r\n");
        each.prepare();
        dialogue(std::string("S: 220 hop.example\nC: EHLO us.example\nS: 250-hop.example\nS: 250 ") +
                 each.offered + "\nC: QUIT\nS: 221 bye\n");
        EXPECT_THAT(outcome(), StartsWith(each.outcome));
    }
}

TEST_F(ClientTest, HearsOfEachRecipientByLmtp)
{
    options_.lmtp = true;
    options_.own_name = "hop.example"; // the mailboxes are on this machine
    envelope_.recipients = {"b@hop.example", "c@hop.example", "d@hop.example"};
    dialogue(R"(
S: 220 hop.example
C: LHLO hop.example
S: 250-hop.example
S: 250 PIPELINING
C: MAIL FROM:<a@us.example>
C: RCPT TO:<b@hop.example>
C: RCPT TO:<c@hop.example>
C: RCPT TO:<d@hop.example>
C: DATA
S: 250 ok
S: 250 ok
S: 550 5.1.1 nobody
S: 250 ok
S: 354 go ahead
C: Subject: hi
C: 
C: ..dot
C: .
S: 250 2.0.0 taken
S: 452 4.2.2 full
C: QUIT
S: 221 bye)");
    EXPECT_EQ(outcome(0), "delivered 2.0.0 250 2.0.0 taken");
    EXPECT_EQ(outcome(1), "failed 5.1.1 550 5.1.1 nobody");
    EXPECT_EQ(outcome(2), "later 4.2.2 452 4.2.2 full");
}

TEST_F(ClientTest, LosesOnlyWhoWasNotAnsweredByLmtp)
{
    options_.lmtp = true;
    envelope_.recipients = {"b@hop.example", "c@hop.example"};
    const std::string_view script = R"(
S: 220 hop.example
C: LHLO us.example
S: 250 hop.example
C: MAIL FROM:<a@us.example>
S: 250 ok
C: RCPT TO:<b@hop.example>
S: 250 ok
C: RCPT TO:<c@hop.example>
S: 250 ok
C: DATA
S: 354 go ahead
C: Subject: hi
C: 
C: ..dot
C: .
S: 250 2.0.0 taken
)";
    dialogue(script);
    end();
    EXPECT_EQ(outcome(0), "delivered 2.0.0 250 2.0.0 taken");
    EXPECT_EQ(outcome(1), "lost");
}

TEST_F(ClientTest, IsNotAskedForLmtpByAServerOfSmtp)
{
    options_.lmtp = true;
    dialogue("S: 220 hop.example\nC: LHLO us.example\nS: 500 what?\nC: QUIT\nS: 221 bye\n");
    EXPECT_EQ(outcome(), "later 5.0.0 500 what?");
}

TEST_F(ClientTest, KnowsItself)
{
    dialogue("S: 220 us.example\nC: EHLO us.example\nS: 250 US.example\nC: QUIT\nS: 221 bye\n");
    EXPECT_THAT(outcome(), StartsWith("failed 5.4.6 "));
}

TEST_F(ClientTest, ResetsWhatWasNotFinished)
{
    messages_ = 2;
    dialogue(R"(
S: 220 hop.example
C: EHLO us.example
S: 250 hop.example
C: MAIL FROM:<a@us.example>
S: 450 not now
C: RSET
S: 250 ok
C: MAIL FROM:<a@us.example>
S: 421 leaving)");
    EXPECT_THAT(outcome(), StartsWith("later "));
}

/// A next hop that goes wrong at every reply: nothing is ever taken for
/// delivered, and the client neither waits for ever nor says anything more to
/// one that has left.
TEST_F(ClientTest, SurvivesEveryFaultAtEveryStep)
{
    const std::vector<std::string> replies{"220 hop.example", "250 hop.example", "250 ok",
                                           "250 ok",          "354 go ahead",    "250 2.0.0 taken"};
    const std::vector<std::pair<std::string, const char*>> faults{
        {"421 4.3.2 leaving\r\n", "later "},
        {"450 4.2.1 not now\r\n", "later "},
        {"", "lost"}, // the end
        {std::string("\0\xff\x16\x03 what\r\n", 12), "lost"},
        {"250-and so on\r\n", "lost"}, // and never ends
        {std::string(70'000, 'x'), "lost"},
        {"999 what\r\n", "lost"},
        {"250-one\r\n220 other\r\n", "lost"},
    };
    for (std::size_t step = 0; step < replies.size(); ++step) {
        for (const auto& [octets, expected] : faults) {
            peer_ = std::make_unique<test::MemoryPeer>(reactor_);
            started_ = false;
            refused_.reset();
            text_.seek(0);
            start();
            for (std::size_t i = 0; i < step; ++i) {
                peer_->send(replies[i] + "\r\n");
                hear();
            }
            peer_->send(octets);
            hear();
            peer_->close();
            hear();
            heard_.clear();
            EXPECT_TRUE(peer_->ended()) << step << ": " << octets.substr(0, 40);
            EXPECT_THAT(outcome(), StartsWith(expected)) << step << ": " << octets.substr(0, 40);
        }
    }
}

TEST_F(ClientTest, TellsWhatWasUnderWay)
{
    dialogue("S: 220 hop.example\nC: EHLO us.example\nS: 250 hop.example\nC: MAIL FROM:<a@us.example>\n");
    end();
    EXPECT_EQ(stage_, "saying MAIL");
    EXPECT_EQ(outcome(), "lost");
}

} // namespace
} // namespace pillarbox::outbound

#include "server/transfer/pop3_dialogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::transfer {

namespace {

using Kind = Pop3Dialogue::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

/// A server's side, said in pieces, and what a client made of it: "C: " before
/// what was sent, and what was told.
std::vector<std::string> converse(Pop3Dialogue& dialogue, std::string_view server, std::size_t piece)
{
    std::vector<std::string> told;
    std::string text;
    const auto say_output = [&] {
        const auto output = dialogue.take_output();
        if (!output.empty()) told.push_back("C: " + output);
    };
    for (;;) {
        const auto event = dialogue.next();
        switch (event.kind) {
        case Kind::more:
            say_output();
            if (server.empty()) return told;
            dialogue.feed(server.substr(0, piece));
            server.remove_prefix(std::min(piece, server.size()));
            break;
        case Kind::secure:
            say_output();
            told.push_back("secure");
            dialogue.secured();
            break;
        case Kind::listed:
            for (const auto& message : dialogue.messages())
                told.push_back(message.unique_id + " " + std::to_string(message.octets));
            for (std::size_t number = 1; number <= dialogue.messages().size(); ++number)
                dialogue.retrieve(number);
            if (dialogue.outstanding() == 0) dialogue.quit();
            break;
        case Kind::text:
            text += event.text;
            break;
        case Kind::end:
            told.push_back(std::exchange(text, {}));
            if (dialogue.outstanding() == 0) dialogue.quit();
            break;
        case Kind::refused:
            told.push_back("refused " + std::string(event.text));
            if (dialogue.outstanding() == 0) dialogue.quit();
            break;
        case Kind::done:
            told.push_back("done");
            return told;
        case Kind::failed:
            told.push_back("failed " + std::string(event.text));
            return told;
        }
    }
}

constexpr std::size_t whole = 1'000'000;

TEST(Pop3Dialogue, SignsInListsAndFetches)
{
    constexpr std::string_view server = "+OK hello\r\n-ERR no CAPA\r\n+OK\r\n+OK in\r\n+OK 2 30\r\n"
                                        "+OK\r\n2 b\r\n1 a~!\r\n.\r\n+OK\r\n1 10\r\n2 20 octets\r\n.\r\n"
                                        "+OK\r\n..x\r\n.\r\n-ERR gone\r\n+OK bye\r\n";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) { // so that replies come one by one
        Pop3Dialogue dialogue("alice", "a b", false);
        EXPECT_THAT(converse(dialogue, server, piece),
                    ElementsAre("C: CAPA\r\n", "C: USER alice\r\n", "C: PASS a b\r\n", "C: STAT\r\n",
                                "C: UIDL\r\n", "C: LIST\r\n", "a~! 10", "b 20", "C: RETR 1\r\nRETR 2\r\n",
                                ".x\r\n", "refused -ERR gone", "C: QUIT\r\n", "done"));
        EXPECT_EQ(dialogue.most_outstanding(), 1u);
    }
}

TEST(Pop3Dialogue, BeginsTlsAndForgetsWhatWasSaidBefore)
{
    Pop3Dialogue dialogue("alice", "secret", true);
    EXPECT_THAT(converse(dialogue, "+OK\r\n+OK\r\nPIPELINING\r\nSASL LOGIN PLAIN\r\n.\r\n+OK begin\r\n", 1),
                ElementsAre("C: CAPA\r\n", "C: STLS\r\n", "secure", "C: CAPA\r\n"));
    EXPECT_THAT(converse(dialogue, "+OK\r\n.\r\n", 1), ElementsAre("C: USER alice\r\n"));
    EXPECT_EQ(dialogue.most_outstanding(), 1u);
}

TEST(Pop3Dialogue, UsesPlainWhereItIsOffered)
{
    Pop3Dialogue dialogue("alice", "secret", false);
    EXPECT_THAT(
        converse(dialogue,
                 "+OK\r\n+OK\r\nsasl login plain\r\nPipelining\r\n.\r\n+ \r\n+OK\r\n+OK 0 0\r\n+OK\r\n", 1),
        ElementsAre("C: CAPA\r\n", "C: AUTH PLAIN\r\n", "C: AGFsaWNlAHNlY3JldA==\r\n", "C: STAT\r\n",
                    "C: QUIT\r\n", "done"));
    EXPECT_GT(dialogue.most_outstanding(), 1u);
}

TEST(Pop3Dialogue, SaysWhatIsWrong)
{
    const std::string in = "+OK\r\n-ERR\r\n+OK\r\n+OK\r\n";
    struct Case
    {
        std::string server;
        bool start_tls;
        const char* expected;
    };
    const Case cases[] = {
        {"-ERR busy\r\n", false, "turns us away: '-ERR busy'"},
        {"+OKAY\r\n", false, "does not speak POP3"},
        {"220 mail ESMTP\r\n", false, "does not speak POP3: '220 mail ESMTP'"},
        {std::string(3000, 'x'), false, "too long"},
        {"+OK\r\n+OK\r\n" + std::string(3000, 'x'), false, "too long"},
        {"+OK\r\n-ERR\r\n-ERR\r\n", true, "does not begin TLS"},
        {"+OK\r\n-ERR\r\n+OK\r\n-ERR [AUTH] no\x1b[2J\r\n", false, "user and password: '-ERR [AUTH] no[2J'"},
        {"+OK\r\n-ERR\r\n-ERR who?\r\n", false, "user and password: '-ERR who?'"},
        {"+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+OK\r\n", false, "without asking for the password"},
        {in + "+OK many\r\n", false, "no number of messages"},
        {in + "+OK 1000001 1\r\n", false, "too large a one"},
        {in + "-ERR\r\n", false, "does not tell how many"},
        {in + "+OK 1 1\r\n-ERR\r\n", false, "no unique ids"},
        {in + "+OK 1 1\r\n+OK\r\n0 a\r\n.\r\n", false, "what is no message"},
        {in + "+OK 1 1\r\n+OK\r\n2 a\r\n.\r\n", false, "what is no message"},
        {in + "+OK 2 1\r\n+OK\r\n1 a\r\n1 a\r\n.\r\n", false, "twice"},
        {in + "+OK 2 1\r\n+OK\r\n1 a\r\n.\r\n", false, "fewer messages than it has: '1 of 2'"},
        {in + "+OK 1 1\r\n+OK\r\n1 \r\n.\r\n", false, "usable unique id"},
        {in + "+OK 1 1\r\n+OK\r\n1 " + std::string(256, 'x') + "\r\n.\r\n", false, "usable unique id"},
        {in + "+OK 1 1\r\n+OK\r\n1 a\r\n.\r\n-ERR\r\n", false, "does not list"},
        {in + "+OK 1 1\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 -1\r\n.\r\n", false, "without its size"},
    };
    for (const auto& [server, start_tls, expected] : cases) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{5}, whole}) {
            Pop3Dialogue dialogue("alice", "secret", start_tls);
            const auto told = converse(dialogue, server, piece);
            ASSERT_FALSE(told.empty()) << server;
            EXPECT_THAT(told.back(), testing::AllOf(testing::StartsWith("failed "), HasSubstr(expected)))
                << server << " by " << piece;
        }
    }
}

TEST(Pop3Dialogue, FailsForCapabilitiesWithoutAnEnd)
{
    std::string server = "+OK\r\n+OK\r\n";
    for (int line = 0; line < 1001; ++line)
        server += "X\r\n";
    Pop3Dialogue dialogue("alice", "secret", false);
    EXPECT_THAT(converse(dialogue, server, whole).back(), HasSubstr("no end"));
}

TEST(Pop3Dialogue, FailsForWhatCameBeforeTls)
{
    Pop3Dialogue dialogue("alice", "secret", true);
    EXPECT_THAT(converse(dialogue, "+OK\r\n-ERR\r\n+OK\r\n+OK\r\n", whole).back(),
                HasSubstr("before TLS began"));
}

TEST(Pop3Dialogue, FailsForWhatNobodyAskedFor)
{
    Pop3Dialogue dialogue("alice", "secret", false);
    dialogue.feed("+OK\r\n-ERR\r\n+OK\r\n+OK\r\n+OK 0 0\r\n+OK more\r\n");
    EXPECT_EQ(dialogue.next().kind, Kind::listed);
    EXPECT_EQ(dialogue.next().kind, Kind::failed);
}

} // namespace

} // namespace pillarbox::transfer

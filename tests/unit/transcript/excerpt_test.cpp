#include "server/transcript/excerpt.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transcript {
namespace {

constexpr std::string_view session = "0.000 S: 220 mx.example.org ESMTP\n"
                                     "0.001 C: EHLO out.example.net\n"
                                     "0.001 S: 250-mx.example.org\n"
                                     "0.001 S: 250 SIZE 52428800\n"
                                     "0.002 C: AUTH PLAIN <secret>\n"
                                     "0.003 S: 235 2.7.0 signed in\n"
                                     "0.010 C: MAIL FROM:<first@example.net>\n"
                                     "0.010 S: 250 2.1.0 sender ok\n"
                                     "0.011 C: RCPT TO:<bob@example.org>\n"
                                     "0.011 S: 250 2.1.5 recipient ok\n"
                                     "0.012 C: DATA\n"
                                     "0.012 S: 354 go ahead\n"
                                     "0.020 C: <10 octets of message>\n"
                                     "0.030 S: 250 2.0.0 stored as aaaa\n"
                                     "0.100 C: MAIL FROM:<second@example.net>\n"
                                     "0.100 S: 250 2.1.0 sender ok\n"
                                     "0.101 C: RCPT TO:<Alice@Example.org> NOTIFY=NEVER\n"
                                     "0.101 S: 250 2.1.5 recipient ok\n"
                                     "0.102 C: RCPT TO:<bob@example.org>\n"
                                     "0.102 S: 250 2.1.5 recipient ok\n"
                                     "0.103 C: RCPT TO:<stranger@example.org>\n"
                                     "0.103 S: 550 5.1.1 no mailbox here by that name\n"
                                     "0.104 C: NOOP\n"
                                     "0.104 S: 250 2.0.0 ok\n"
                                     "0.105 C: DATA\n"
                                     "0.105 S: 354 go ahead\n"
                                     "0.200 C: <20 octets of message>\n"
                                     "0.210 S: 250 2.0.0 stored as bbbb\n"
                                     "0.300 C: MAIL FROM:<third@example.net>\n"
                                     "0.301 S: 250 2.1.0 sender ok\n"
                                     "0.400 C: QUIT\n"
                                     "0.400 S: 221 2.0.0 goodbye\n"
                                     "0.401 ** quit\n";

TEST(Excerpt, HasWhatIsAboutTheRecipientAndNoMore)
{
    EXPECT_EQ(excerpt(session, "bbbb", "alice@example.org"),
              "0.000 S: 220 mx.example.org ESMTP\n"
              "0.001 C: EHLO out.example.net\n"
              "0.001 S: 250-mx.example.org\n"
              "0.001 S: 250 SIZE 52428800\n"
              "0.100 C: MAIL FROM:<second@example.net>\n"
              "0.100 S: 250 2.1.0 sender ok\n"
              "0.101 C: RCPT TO:<Alice@Example.org> NOTIFY=NEVER\n"
              "0.101 S: 250 2.1.5 recipient ok\n"
              "0.105 C: DATA\n"
              "0.105 S: 354 go ahead\n"
              "0.200 C: <20 octets of message>\n"
              "0.210 S: 250 2.0.0 stored as bbbb\n");
}

TEST(Excerpt, IsOfTheFirstMessageToo)
{
    const auto text = excerpt(session, "aaaa", "bob@example.org");
    EXPECT_NE(text.find("first@example.net"), std::string::npos) << text;
    EXPECT_NE(text.find("bob@example.org"), std::string::npos) << text;
    for (const auto* other : {"second@", "Alice@", "stranger@", "third@", "AUTH", "bbbb"})
        EXPECT_EQ(text.find(other), std::string::npos) << other << text;
}

TEST(Excerpt, NamesNobodyWhoseAddressItDoesNotKnow)
{
    const auto text = excerpt(session, "bbbb", "postmaster@example.org");
    EXPECT_NE(text.find("stored as bbbb"), std::string::npos);
    EXPECT_EQ(text.find("RCPT"), std::string::npos) << text;
}

TEST(Excerpt, IsEmptyWithoutTheMessage)
{
    for (const auto* name : {"", "bbb", "bbbbb", "cccc"})
        EXPECT_EQ(excerpt(session, name, "alice@example.org"), "") << name;
    EXPECT_EQ(excerpt("", "aaaa", "alice@example.org"), "");
    EXPECT_EQ(excerpt("0.000 S: 250 2.0.0 stored as aaaa\n", "aaaa", "alice@example.org"), "");
    for (std::size_t i = 0; i < session.size(); ++i) { // cut short anywhere
        const auto text = excerpt(session.substr(0, i), "bbbb", "alice@example.org");
        EXPECT_EQ(text.find("bob@"), std::string::npos) << i << text;
    }
}

TEST(Excerpt, LeavesOutTheRepliesToOthers)
{
    constexpr std::string_view lmtp = "0.000 C: LHLO mx\n0.000 S: 250 ok\n"
                                      "0.001 C: MAIL FROM:<a@example.net>\n0.001 S: 250 2.1.0 ok\n"
                                      "0.002 C: RCPT TO:<bob@example.org>\n0.002 S: 250 2.1.5 ok\n"
                                      "0.003 C: RCPT TO:<al\\xc3\\xafce@example.org>\n0.003 S: 250 2.1.5 ok\n"
                                      "0.004 C: DATA\n0.004 S: 354 go\n0.005 C: <3 octets of message>\n"
                                      "0.006 S: 250 2.0.0 <bob@example.org> stored as xxxx\n"
                                      "0.006 S: 250 2.0.0 <al\\xc3\\xafce@example.org> stored as xxxx\n";
    const auto text = excerpt(lmtp, "xxxx",
                              "al\xc3\xaf"
                              "ce@example.org");
    EXPECT_EQ(text.find("bob@"), std::string::npos) << text;
    EXPECT_NE(text.find("RCPT TO:<al"), std::string::npos) << text;
    EXPECT_NE(text.find("<al\\xc3\\xafce@example.org> stored as"), std::string::npos) << text;
}

} // namespace
} // namespace pillarbox::transcript

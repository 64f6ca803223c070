#include "server/transfer/pop3_url.hpp"

#include "server/transfer/failed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillarbox::transfer {

namespace {

using Tls = Pop3Url::Tls;

TEST(Pop3Url, SaysWhereAMaildropIs)
{
    struct Case
    {
        std::string_view text;
        Pop3Url expected;
    };
    const Case cases[] = {
        {"pop3://alice@pop.example.org", {Tls::stls, "alice", "pop.example.org", 110}},
        {"pop3s://alice@pop.example.org/", {Tls::implicit, "alice", "pop.example.org", 995}},
        {"pop3s://alice@example.org@pop.example.org:1995",
         {Tls::implicit, "alice@example.org", "pop.example.org", 1995}},
        {"pop3://al%69ce%40x%3a%25@[::1]:1110?tls=none", {Tls::none, "alice@x:%", "::1", 1110}},
        {"pop3://alice@[::1]", {Tls::stls, "alice", "::1", 110}},
        {"pop3://alice@127.0.0.1?tls=none", {Tls::none, "alice", "127.0.0.1", 110}},
    };
    for (const auto& [text, expected] : cases) {
        const auto url = parse_pop3_url(text);
        EXPECT_EQ(url.tls, expected.tls) << text;
        EXPECT_EQ(url.user, expected.user) << text;
        EXPECT_EQ(url.host, expected.host) << text;
        EXPECT_EQ(url.port, expected.port) << text;
    }
}

TEST(Pop3Url, RefusesWhatIsNone)
{
    const char* cases[] = {"",
                           "alice@pop.example.org",
                           "imap://alice@pop.example.org",
                           "pop3://",
                           "pop3://pop.example.org",
                           "pop3://@pop.example.org",
                           "pop3://alice@",
                           "pop3://alice@:110",
                           "pop3://alice@host:",
                           "pop3://alice@host:0",
                           "pop3://alice@host:65536",
                           "pop3://alice@host:1x",
                           "pop3://alice@host/inbox",
                           "pop3://alice@ho st",
                           "pop3://alice@[::1",
                           "pop3://alice@[::1]x",
                           "pop3://alice%@host",
                           "pop3://alice%4@host",
                           "pop3://alice%0d%0aDELE@host",
                           "pop3://alice@host?tls=maybe",
                           "pop3s://alice@host?tls=none"};
    for (const char* text : cases)
        EXPECT_THROW(parse_pop3_url(text), Failed) << text;
}

TEST(Pop3Url, NeverRepeatsAPassword)
{
    try {
        parse_pop3_url("pop3://alice:secret@pop.example.org");
        FAIL() << "it was taken";
    } catch (const Failed& failed) {
        EXPECT_THAT(failed.what(), testing::HasSubstr("password"));
        EXPECT_THAT(failed.what(), testing::Not(testing::HasSubstr("secret")));
    }
}

} // namespace

} // namespace pillarbox::transfer

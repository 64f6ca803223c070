#include "server/dkim/verifier.hpp"

#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::dkim {
namespace {

using test::changed;
using test::found;
using test::told;
using test::verify;

const std::string both =
    std::string(test::ed25519_signature) + std::string(test::rsa_signature) + std::string(test::message);

const KeyAnswers simple_keys{{"brisbane._domainkey.example.com", found(test::simple_record)}};

TEST(Verifier, PassesWhatTheRfcsPrint)
{
    for (const std::size_t piece : {1, 2, 3, 7, 100, 100'000}) {
        const auto results = verify(both, test::rfc_keys(), test::then, piece);
        ASSERT_EQ(results.size(), 2U);
        EXPECT_EQ(told(results[0]), "pass") << piece;
        EXPECT_EQ(told(results[1]), "pass") << piece;
        const auto simple = verify(test::simple_signed, simple_keys, test::then, piece);
        ASSERT_EQ(simple.size(), 1U);
        EXPECT_EQ(told(simple[0]), "pass") << piece;
    }
}

TEST(Verifier, TellsWhoseSignatureItIs)
{
    const auto results = verify(both, test::rfc_keys());
    EXPECT_EQ(results[0].domain, "football.example.com");
    EXPECT_EQ(results[0].selector, "brisbane");
    EXPECT_EQ(results[0].identity, "@football.example.com");
    EXPECT_EQ(results[0].algorithm, "ed25519-sha256");
    EXPECT_EQ(results[0].beginning, "/gCrinpc");
    EXPECT_EQ(results[1].beginning, "F45dVWDf");
    EXPECT_FALSE(results[1].testing);
    const auto simple = verify(test::simple_signed, simple_keys);
    EXPECT_EQ(simple[0].identity, "joe@football.example.com");
    EXPECT_EQ(simple[0].domain, "example.com");
}

TEST(Verifier, AsksForEachKeyOnce)
{
    Verifier verifier(test::then);
    verifier.add(std::string(test::rsa_signature) + both);
    verifier.finish();
    EXPECT_EQ(verifier.key_names(), (std::vector<std::string>{"test._domainkey.football.example.com",
                                                              "brisbane._domainkey.football.example.com"}));
}

TEST(Verifier, SeesWhatWasChanged)
{
    struct Case
    {
        std::string_view from, to, expected;
    };
    const std::string header = "fail: the header was changed, or the signature is another key's";
    const std::string body = "fail: the body was changed";
    const std::vector<Case> cases{
        {"Subject: Is", "Subject: is", header},
        {"Is dinner ready?", "Is dinner \r\n\tready? ", "pass"},
        {"Is dinner ready?", "Isdinner ready?", header},
        {"Subject:", "sUBJECT :", "pass"},
        {"t=1528637909; h=from : to :\r\n", "t=1528637910; h=from : to :\r\n", header},
        {"From: Joe", "Subject: another\r\nFrom: Joe", header}, // h= names it twice
        {"From: Joe", "To: another\r\nFrom: Joe", "pass"},      // h= names it once: the lower one
        {"From: Joe", "X-Seen: yes\r\nFrom: Joe", "pass"},
        {"To: Suzie", "to:   Suzie", "pass"},
        {"Hi.", "Ho.", body},
        {"Hi.", "Hi. \t", "pass"},
        {"Hi.", " Hi.", body},
        {"Joe.\r\n", "Joe.", "pass"},
        {"Joe.\r\n", "Joe.\r\n\r\n \r\n\r\n", "pass"},
        {"Joe.\r\n", "Joe.\r\nPS\r\n", body},
        {"b=/gCrin", "b=/gCrim", header},
        {"b=/gCrin", "b= /g\r\n Crin", "pass"},
        {"bh=2j", "bh=3j", body},
    };
    for (const auto& each : cases)
        EXPECT_EQ(told(verify(changed(both, each.from, each.to), test::rfc_keys())[0]), each.expected)
            << each.to;
}

TEST(Verifier, OrderOfFieldsMattersOnlyAmongThoseOfOneName)
{
    std::string swapped = both;
    const auto to = swapped.find("To: Suzie");
    const auto subject = swapped.find("Subject: Is");
    const std::string line = swapped.substr(to, subject - to);
    swapped.erase(to, line.size());
    swapped.insert(swapped.find("From: Joe"), line);
    EXPECT_EQ(told(verify(swapped, test::rfc_keys())[0]), "pass");
}

TEST(Verifier, SimpleIsStrict)
{
    const std::string header = "fail: the header was changed, or the signature is another key's";
    for (const auto& [from, to] : std::vector<std::pair<std::string_view, std::string_view>>{
             {"Subject: Is", "Subject:  Is"},
             {"Subject:", "subject:"},
             {"c=simple/simple; q", "c=simple/simple;  q"}})
        EXPECT_EQ(told(verify(changed(test::simple_signed, from, to), simple_keys)[0]), header) << to;
    EXPECT_EQ(told(verify(changed(test::simple_signed, "game. Are", "game.  Are"), simple_keys)[0]),
              "fail: the body was changed");
    EXPECT_EQ(told(verify(std::string(test::simple_signed) + "\r\n\r\n", simple_keys)[0]), "pass");
}

TEST(Verifier, TellsWhatIsWrongWithTheKey)
{
    const std::string name = "brisbane._domainkey.football.example.com";
    const std::string good(test::ed25519_record);
    const std::vector<std::pair<KeyAnswer, std::string>> cases{
        {{KeyAnswer::Kind::unknown, {}}, "temperror: its key could not be looked up at " + name},
        {{KeyAnswer::Kind::none, {}}, "permerror: there is no key at " + name},
        {{KeyAnswer::Kind::found, {}}, "permerror: there is no key at " + name},
        {found("v=DKIM1; k=ed25519; p="), "permerror: its key was revoked"},
        {found(test::rsa_record), "permerror: its key is for another algorithm"},
        {found(good + "; t=s"), "pass"},
        {{KeyAnswer::Kind::found, {"v=spf1 -all", good}}, "pass"},
        {{KeyAnswer::Kind::found, {good, "v=spf1 -all"}}, "pass"},
        {{KeyAnswer::Kind::found,
          {"k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "v=spf1 -all"}},
         "fail: the header was changed, or the signature is another key's"},
        {{KeyAnswer::Kind::found, {"a", "b", "c", "d", "e", good}}, "permerror: its key record is malformed"},
    };
    for (const auto& [answer, expected] : cases)
        EXPECT_EQ(told(verify(both, {{name, answer}})[0]), expected);
    EXPECT_EQ(told(verify(both, {})[1]),
              "temperror: its key could not be looked up at test._domainkey.football.example.com");
    EXPECT_TRUE(verify(both, {{name, found(good + "; t=y")}})[0].testing);
}

TEST(Verifier, LooksUpNothingForWhatCannotPass)
{
    const std::vector<std::pair<std::string, std::string>> cases{
        {changed(test::ed25519_signature, "q=dns", "x=1528637910; q=dns"), "fail: its time is over (x=)"},
        {changed(test::ed25519_signature, "v=1;", "v=1; l=53;"), "fail: the body was changed"},
        {changed(test::ed25519_signature, "v=1;", "v=1; l=9000;"),
         "fail: the body is shorter than it says (l=)"},
        {changed(test::ed25519_signature, "a=ed25519-sha256", "a=rsa-sha1"),
         "policy: rsa-sha1 is too weak to be believed"},
        {"DKIM-Signature: nonsense\r\n", "neutral: it is no list of tags"},
        {"From: Mallory <m@evil.example>\r\nFrom: m@evil.example\r\n" + std::string(test::ed25519_signature),
         "policy: the message has a From that it does not cover"},
    };
    for (const auto& [head, expected] : cases) {
        Verifier verifier(std::chrono::sys_seconds(std::chrono::seconds(1528637911)));
        verifier.add(head + std::string(test::message));
        verifier.finish();
        EXPECT_TRUE(verifier.key_names().empty()) << expected;
        const auto results = verifier.judge(test::rfc_keys());
        ASSERT_EQ(results.size(), 1U);
        EXPECT_EQ(told(results[0]), expected);
    }
}

TEST(Verifier, DoesNotBelieveAPartOfTheBody)
{
    // The hash of "Hi." CRLF: right as far as l= goes.
    std::string text = changed(both, "v=1;", "v=1; l=5;");
    text = changed(
        text, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=", "UrA8rmgY3eNBotmDWtzAmHyn5RyZv8Gea45sNGsP0zw=");
    EXPECT_EQ(told(verify(text, test::rfc_keys())[0]),
              "policy: it covers only a part of the body (l=), and there is more");
}

TEST(Verifier, LooksAtSoManyOnly)
{
    std::string text;
    for (int i = 0; i < 8; ++i)
        text += test::rsa_signature;
    Verifier verifier(test::then);
    verifier.add(text + std::string(test::message));
    verifier.finish();
    EXPECT_EQ(verifier.judge(test::rfc_keys()).size(), Verifier::most_signatures);
    EXPECT_EQ(verifier.passed_over(), 8 - Verifier::most_signatures);
}

TEST(Verifier, HasNothingToSayOfWhatIsNotSigned)
{
    EXPECT_TRUE(verify(test::message, {}).empty());
    EXPECT_TRUE(verify("", {}).empty());
    EXPECT_TRUE(verify("\r\n", {}).empty());
    EXPECT_TRUE(verify("\r\n" + std::string(test::rsa_signature), {}).empty());
    // Without an end of the header section, and with too much of one.
    EXPECT_EQ(verify(test::rsa_signature, test::rfc_keys()).size(), 1U);
    const std::string filler(mime::most_header_octets, 'x');
    EXPECT_TRUE(verify("X: " + filler + "\r\n" + both, test::rfc_keys()).empty());
}

} // namespace
} // namespace pillarbox::dkim

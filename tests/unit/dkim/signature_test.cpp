#include "server/dkim/signature.hpp"

#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::dkim {
namespace {

using test::changed;

const std::string good =
    "v=1; a=rsa-sha256; c=relaxed/simple; d=Example.ORG; s=Key.1; i=joe@sub.example.org;\r\n"
    " h=From : to; l=12; t=100; x=200; q=http:dns/txt;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YWJj\r\n ZGVm; new=tag";

/// The outcome and why, or nothing.
std::string fault_of(std::string_view text)
{
    const auto tags = TagList::parse(text);
    if (!tags) return "no list";
    const auto signature = parse_signature(*tags);
    if (signature) return {};
    return std::string(name_of(signature.error().outcome)) + ": " + signature.error().why;
}

TEST(Signature, IsRead)
{
    const auto signature = parse_signature(*TagList::parse(good));
    ASSERT_TRUE(signature);
    EXPECT_EQ(signature->algorithm, Algorithm::rsa_sha256);
    EXPECT_EQ(signature->octets, "abcdef");
    EXPECT_EQ(signature->header_form, Form::relaxed);
    EXPECT_EQ(signature->body_form, Form::simple);
    EXPECT_EQ(signature->domain, "example.org");
    EXPECT_EQ(signature->selector, "key.1");
    EXPECT_EQ(signature->identity_domain, "sub.example.org");
    EXPECT_EQ(signature->fields, (std::vector<std::string>{"from", "to"}));
    EXPECT_EQ(signature->body_length, 12U);
    EXPECT_EQ(signature->expires, std::chrono::sys_seconds(std::chrono::seconds(200)));
    EXPECT_EQ(signature->key_name(), "key.1._domainkey.example.org");
}

TEST(Signature, HasDefaults)
{
    const auto signature =
        parse_signature(*TagList::parse("v=1; a=ed25519-sha256; d=b\xC3\xBC"
                                        "cher.example; s=k; h=from;"
                                        " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YWJj"));
    ASSERT_TRUE(signature);
    EXPECT_EQ(signature->header_form, Form::simple);
    EXPECT_EQ(signature->body_form, Form::simple);
    EXPECT_EQ(signature->domain, "xn--bcher-kva.example");
    EXPECT_EQ(signature->identity_domain, signature->domain);
    EXPECT_FALSE(signature->body_length);
    EXPECT_FALSE(signature->expires);
}

TEST(Signature, TellsWhatIsWrong)
{
    struct Case
    {
        std::string_view from, to, expected;
    };
    const std::vector<Case> cases{
        {"v=1", "v=2", "neutral: its version (v=) is not 1"},
        {"v=1; ", "", "neutral: its version (v=) is not 1"},
        {"a=rsa-sha256; ", "", "neutral: its algorithm (a=) is none that is known here"},
        {"rsa-sha256", "rsa-sha512", "neutral: its algorithm (a=) is none that is known here"},
        {"rsa-sha256", "rsa-sha1", "policy: rsa-sha1 is too weak to be believed"},
        {"b=YWJj\r\n ZGVm", "b=", "neutral: b= is missing or no base64"},
        {"b=YWJj\r\n ZGVm", "b=YW%j", "neutral: b= is missing or no base64"},
        {"b=YWJj\r\n ZGVm; ", "", "neutral: b= is missing or no base64"},
        {"bh=2jUS", "bh=", "neutral: bh= is missing or no hash in base64"},
        {"relaxed/simple", "nofws", "neutral: its canonicalization (c=) is none that is known here"},
        {"relaxed/simple", "relaxed/", "neutral: its canonicalization (c=) is none that is known here"},
        {"d=Example.ORG; ", "", "neutral: d= is missing or no domain"},
        {"d=Example.ORG", "d=a..b", "neutral: d= is missing or no domain"},
        {"d=Example.ORG", "d=a/b", "neutral: d= is missing or no domain"},
        {"s=Key.1", "s=", "neutral: s= is missing or no selector"},
        {"s=Key.1", "s=a b", "neutral: s= is missing or no selector"},
        {"i=joe@sub", "i=joe@notexample.org; y=", "neutral: i= is of another domain than d="},
        {"i=joe@sub.example.org", "i=joe@notexample.org", "neutral: i= is of another domain than d="},
        {"i=joe@sub.example.org", "i=joe", "neutral: i= is no address"},
        {"h=From : to", "h=to", "permerror: it does not cover From"},
        {"h=From : to", "h=from::to", "neutral: h= has an empty name"},
        {"h=From : to", "y=", "neutral: h= is missing"},
        {"l=12", "l=-1", "neutral: l= is no number"},
        {"l=12", "l=", "neutral: l= is no number"},
        {"t=100", "t=1e2", "neutral: t= is no time"},
        {"x=200", "x=soon", "neutral: x= is no time"},
        {"x=200", "x=100", "neutral: x= is not after t="},
        {"q=http:dns/txt", "q=http", "neutral: its key is not in DNS (q=)"},
    };
    ASSERT_EQ(fault_of(good), "");
    for (const auto& each : cases)
        EXPECT_EQ(fault_of(changed(good, each.from, each.to)), each.expected) << each.to;
    EXPECT_EQ(fault_of(changed(good, "s=Key.1", "s=" + std::string(250, 'k'))),
              "neutral: the name of its key is too long");
    EXPECT_EQ(fault_of(changed(good, "l=12", "l=" + std::string(70, '9'))), "");
}

} // namespace
} // namespace pillarbox::dkim

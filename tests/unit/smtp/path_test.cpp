#include "server/smtp/path.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace pillarbox::smtp {

void PrintTo(const Path& path, std::ostream* out)
{
    *out << "local-part '" << path.local_part << "' domain '" << path.domain << "'";
}

namespace {

std::string repeat(std::string_view text, std::size_t times)
{
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

struct Good
{
    std::string text;
    Path path;
    std::string address;
};

TEST(TakePath, ReadsWhatRfc5321Allows)
{
    const std::string label63(63, 'd');
    const std::string longest =
        label63 + "." + label63 + "." + label63; // with "a@" and brackets well below 256
    const std::vector<Good> table{
        {"<alice@example.test>", {"alice", "example.test"}, "alice@example.test"},
        {"<Alice@EXAMPLE.Test>", {"Alice", "example.test"}, "Alice@example.test"},
        {"<a.b.c+tag@x-1.example>", {"a.b.c+tag", "x-1.example"}, "a.b.c+tag@x-1.example"},
        {"<!#$%&'*/=?^_`{|}~-@example.test>",
         {"!#$%&'*/=?^_`{|}~-", "example.test"},
         "!#$%&'*/=?^_`{|}~-@example.test"},
        {"<a@localhost>", {"a", "localhost"}, "a@localhost"},
        {"<\"alice\"@example.test>", {"alice", "example.test"}, "alice@example.test"},
        {"<\"a b\"@example.test>", {"a b", "example.test"}, "\"a b\"@example.test"},
        {"<\"a@b\"@example.test>", {"a@b", "example.test"}, "\"a@b\"@example.test"},
        {"<\"a\\\"\\\\b\"@example.test>", {"a\"\\b", "example.test"}, "\"a\\\"\\\\b\"@example.test"},
        {"<\"a>b\"@example.test>", {"a>b", "example.test"}, "\"a>b\"@example.test"},
        {"<\"a..b\"@example.test>", {"a..b", "example.test"}, "\"a..b\"@example.test"},
        {"<a@[192.0.2.1]>", {"a", "[192.0.2.1]"}, "a@[192.0.2.1]"},
        {"<a@[IPv6:2001:DB8::1]>", {"a", "[ipv6:2001:db8::1]"}, "a@[ipv6:2001:db8::1]"},
        {"<@one.example:a@example.test>", {"a", "example.test"}, "a@example.test"},
        {"<@one.example,@two.example:a@example.test>", {"a", "example.test"}, "a@example.test"},
        {"<" + std::string(64, 'l') + "@example.test>",
         {std::string(64, 'l'), "example.test"},
         std::string(64, 'l') + "@example.test"},
        {"<a@" + longest + ">", {"a", longest}, "a@" + longest},
    };
    for (const Good& good : table) {
        for (const PathKind kind : {PathKind::reverse, PathKind::forward}) {
            const std::string input = good.text + " SIZE=1";
            std::string_view text = input;
            const auto path = take_path(text, kind);
            ASSERT_TRUE(path) << good.text;
            EXPECT_EQ(*path, good.path) << good.text;
            EXPECT_EQ(path->address(), good.address);
            EXPECT_EQ(text, " SIZE=1") << good.text;
        }
    }
}

TEST(TakePath, AllowsLongerNamesOfTheSenderRewritingScheme)
{
    const std::string local = "SRS0=" + std::string(100, 'x');
    std::string input = "<" + local + "@example.test>";
    std::string_view text = input;
    const auto path = take_path(text, PathKind::forward);
    ASSERT_TRUE(path);
    EXPECT_EQ(path->local_part, local);
    input = "<SRS0=" + std::string(250, 'x') + "@example.test>";
    text = input;
    EXPECT_FALSE(take_path(text, PathKind::forward)); // the path's own limit
    input = "<XSRS0=" + std::string(60, 'x') + "@example.test>";
    text = input;
    EXPECT_FALSE(take_path(text, PathKind::forward));
}

TEST(TakePath, RefusesWhatIsNoAddress)
{
    const std::string label63(63, 'd');
    const std::vector<std::string> table{
        "<",
        "<alice",
        "<alice>",
        "<alice@>",
        "<@example.test>",
        "<alice@example.test",
        "<alice@example.test.>", // a trailing dot
        "<alice@.example.test>",
        "<alice@example..test>",
        "<alice@-example.test>",
        "<alice@example-.test>",
        "<alice@exa_mple.test>",
        "<alice@example.test:25>",
        "<alice@other.test@example.test>",
        "<alice@example.test@>",
        "<alice smith@example.test>",
        "< alice@example.test>",
        "<alice@example.test >",
        "<.alice@example.test>",
        "<alice.@example.test>",
        "<al..ice@example.test>",
        "<al(comment)ice@example.test>",
        "<<alice@example.test>>",
        "<\"alice@example.test>",
        "<\"\"@example.test>",
        "<\"alice\"bob@example.test>",
        "<\"a\\\"@example.test>",
        "<alice,bob@example.test>",
        "<alice;@example.test>",
        "<a@[192.0.2.256]>",
        std::string("<a@[192.0.2.1\0junk]>", 20),
        "<a@[192.0.2]>",
        "<a@[192.0.2.01.5]>",
        "<a@[2001:db8::1]>", // without its tag
        "<a@[IPv6:192.0.2.1]>",
        "<a@[IPv6:fe80::1%eth0]>",
        "<a@[IPv6:]>",
        "<a@[x400:c=us]>",
        "<a@[192.0.2.1>",
        "<a@[192.0.2.1].example.test>",
        "<@one.example alice@example.test>",
        "<@one.example:>",
        "<@one.example,two.example:a@example.test>",
        "<@:a@example.test>",
        "<" + std::string(65, 'l') + "@example.test>",
        "<\"" + std::string(63, 'l') + "\"@example.test>", // 65 octets with its quotes
        "<a@" + std::string(64, 'd') + ".test>",
        "<a@" + repeat(label63 + ".", 4) + "example>",                       // domain of 263
        "<" + std::string(64, 'l') + "@" + repeat(label63 + ".", 3) + "ex>", // path of 261
    };
    for (const std::string& input : table) {
        std::string_view text = input;
        const auto forward = take_path(text, PathKind::forward);
        ASSERT_FALSE(forward) << input;
        EXPECT_EQ(forward.error().code, 501) << input;
        EXPECT_EQ(forward.error().status, "5.1.3") << input;
        EXPECT_EQ(text, input);
        const auto reverse = take_path(text, PathKind::reverse);
        ASSERT_FALSE(reverse) << input;
        EXPECT_EQ(reverse.error().status, "5.1.7") << input;
    }
}

TEST(TakePath, AsksForAngleBrackets)
{
    for (const std::string_view input : {"", "alice@example.test", "\"alice\" <alice@example.test>"}) {
        std::string_view text = input;
        const auto path = take_path(text, PathKind::forward);
        ASSERT_FALSE(path) << input;
        EXPECT_EQ(path.error().status, "5.5.4") << input;
    }
}

TEST(TakePath, KnowsTheNullPathAsASenderOnly)
{
    std::string_view text = "<>";
    const auto reverse = take_path(text, PathKind::reverse);
    ASSERT_TRUE(reverse);
    EXPECT_TRUE(reverse->null());
    EXPECT_EQ(reverse->address(), "");
    EXPECT_EQ(text, "");

    text = "<>";
    EXPECT_FALSE(take_path(text, PathKind::forward));
}

TEST(TakePath, KnowsPostmasterWithoutADomainAsARecipientOnly)
{
    for (const std::string_view input : {"<postmaster>", "<Postmaster>", "<POSTMASTER>"}) {
        std::string_view text = input;
        const auto forward = take_path(text, PathKind::forward);
        ASSERT_TRUE(forward) << input;
        EXPECT_TRUE(forward->bare());
        EXPECT_EQ(forward->address(), "postmaster");
        text = input;
        EXPECT_FALSE(take_path(text, PathKind::reverse)) << input;
    }
}

TEST(TakePath, ReadsUtf8AsRfc6531HasIt)
{
    const std::vector<Good> table{
        {"<grüße@example.test>", {"grüße", "example.test", true}, "grüße@example.test"},
        {"<Grüße@example.test>", {"Grüße", "example.test", true}, "Grüße@example.test"},
        // "u" and a combining diaeresis, composed
        {"<gru\xCC\x88n@example.test>", {"gr\xC3\xBCn", "example.test", true}, "grün@example.test"},
        {"<\"grün und blau\"@example.test>",
         {"grün und blau", "example.test", true},
         "\"grün und blau\"@example.test"},
        {"<用户@例え.テスト>", {"用户", "xn--r8jz45g.xn--zckzah", true}, "用户@xn--r8jz45g.xn--zckzah"},
        {"<a@bücher.example>", {"a", "xn--bcher-kva.example", true}, "a@xn--bcher-kva.example"},
        {"<a@BÜCHER.example>", {"a", "xn--bcher-kva.example", true}, "a@xn--bcher-kva.example"},
        {"<a@bu\xCC\x88"
         "cher.example>",
         {"a", "xn--bcher-kva.example", true},
         "a@xn--bcher-kva.example"},
        {"<a@XN--BCHER-KVA.example>", {"a", "xn--bcher-kva.example"}, "a@xn--bcher-kva.example"},
        {"<a@straße.example>", {"a", "xn--strae-oqa.example", true}, "a@xn--strae-oqa.example"},
        {"<@bücher.example:a@example.test>", {"a", "example.test", true}, "a@example.test"},
    };
    for (const Good& good : table) {
        std::string_view text = good.text;
        const auto path = take_path(text, PathKind::forward);
        ASSERT_TRUE(path) << good.text;
        EXPECT_EQ(*path, good.path) << good.text;
        EXPECT_EQ(path->address(), good.address);
        EXPECT_EQ(parse_mailbox(path->address()).domain, good.path.domain) << good.text;
    }
}

TEST(TakePath, RefusesUtf8ThatIsNoAddress)
{
    for (const std::string& input : {
             std::string("<\xff@a.example>"),         // no UTF-8
             std::string("<a\xc3@a.example>"),        // cut short
             std::string("<\xc0\xaf@a.example>"),     // a slash, overlong
             std::string("<\xed\xa0\x80@a.example>"), // a surrogate
             std::string("<a\xc2\x85@a.example>"),    // a line end, U+0085
             std::string("<a\xe2\x80\xa8@a.example>"), std::string("<a@\xff.example>"),
             std::string("<a@b☃.example>"), // no letter: IDNA2008 has no snowman
             std::string("<a@-ü.example>"), std::string("<a@ü..example>"), std::string("<a@ü.example.>"),
             std::string("<a@א1a.example>"),        // directions that do not go together
             "<" + repeat("ü", 33) + "@a.example>", // 66 octets
             "<a@" + repeat("ü", 60) + ".example>", // 120 octets, and its A-label has 66
         }) {
        std::string_view text = input;
        const auto path = take_path(text, PathKind::forward);
        ASSERT_FALSE(path) << input << " is " << path->address();
        EXPECT_EQ(path.error().status, "5.1.3") << input;
        EXPECT_EQ(text, input);
    }
}

TEST(ParseMailbox, TakesAWholeAddressOrNothing)
{
    EXPECT_EQ(parse_mailbox("Alice@Example.Test"), (Path{"Alice", "example.test"}));
    for (const std::string_view input : {"", "alice", "<a@b.test>", "a@b.test ", "a@b.test.", "a@b@c"}) {
        EXPECT_TRUE(parse_mailbox(input).null()) << input;
    }
}

} // namespace
} // namespace pillarbox::smtp

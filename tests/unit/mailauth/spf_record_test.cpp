#include "server/mailauth/spf_record.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

using namespace std::string_literals;
using Kind = SpfMechanism::Kind;

TEST(IsSpfRecord, LooksAtTheVersion)
{
    for (const auto* text : {"v=spf1", "v=spf1 ", "v=spf1 -all", "V=SPF1 -all"})
        EXPECT_TRUE(is_spf_record(text)) << text;
    for (const auto* text :
         {"", "v=spf10 -all", "v=spf1-all", "v=spf2.0/pra", " v=spf1", "spf1", "v=spf1\t-all"})
        EXPECT_FALSE(is_spf_record(text)) << text;
}

TEST(ParseSpfRecord, ReadsEveryMechanism)
{
    const struct
    {
        const char* term;
        SpfMechanism mechanism;
    } cases[] = {
        {"all", {Kind::all}},
        {"+ALL", {Kind::all}},
        {"-all", {Kind::all, SpfResult::fail}},
        {"~all", {Kind::all, SpfResult::softfail}},
        {"?all", {Kind::all, SpfResult::neutral}},
        {"include:example.org", {Kind::include, SpfResult::pass, "example.org"}},
        {"-Include:_spf.%{d}", {Kind::include, SpfResult::fail, "_spf.%{d}"}},
        {"a", {Kind::a}},
        {"a/24", {Kind::a, SpfResult::pass, "", "", 24}},
        {"a//64", {Kind::a, SpfResult::pass, "", "", 32, 64}},
        {"a/24//64", {Kind::a, SpfResult::pass, "", "", 24, 64}},
        {"a:example.org/0//0", {Kind::a, SpfResult::pass, "example.org", "", 0, 0}},
        {"a:example.org.", {Kind::a, SpfResult::pass, "example.org."}},
        {"a:%{d/}", {Kind::a, SpfResult::pass, "%{d/}"}},
        {"a:a/b.example.org", {Kind::a, SpfResult::pass, "a/b.example.org"}},
        {"mx", {Kind::mx}},
        {"mx:example.org/30", {Kind::mx, SpfResult::pass, "example.org", "", 30}},
        {"ptr", {Kind::ptr}},
        {"ptr:example.org", {Kind::ptr, SpfResult::pass, "example.org"}},
        {"ip4:192.0.2.1", {Kind::ip4, SpfResult::pass, "", "\xc0\0\2\1"s}},
        {"ip4:192.0.2.0/24", {Kind::ip4, SpfResult::pass, "", "\xc0\0\2\0"s, 24}},
        {"ip6:2001:db8::/32",
         {Kind::ip6, SpfResult::pass, "", "\x20\x01\x0d\xb8"s + std::string(12, '\0'), 32, 32}},
        {"ip6:::1", {Kind::ip6, SpfResult::pass, "", std::string(15, '\0') + "\1"}},
        {"exists:%{ir}.%{l1r+-}._spf.%{d}", {Kind::exists, SpfResult::pass, "%{ir}.%{l1r+-}._spf.%{d}"}},
    };
    for (const auto& [term, mechanism] : cases) {
        const auto record = parse_spf_record("v=spf1 "s + term);
        ASSERT_TRUE(record) << term;
        ASSERT_EQ(record->mechanisms.size(), 1U) << term;
        EXPECT_EQ(record->mechanisms.front(), mechanism) << term;
    }
}

TEST(ParseSpfRecord, ReadsModifiers)
{
    const auto record =
        parse_spf_record("v=spf1  mx redirect=_spf.example.org  exp=why.%{d} x-y_z.1=%{r}%_any a ");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->mechanisms.size(), 2U);
    EXPECT_EQ(record->redirect, "_spf.example.org");
    EXPECT_EQ(record->explanation, "why.%{d}");
    EXPECT_TRUE(parse_spf_record("v=spf1 unknown="));
    EXPECT_TRUE(parse_spf_record("v=spf1 include=example.org")); // unknown, too
}

TEST(ParseSpfRecord, RefusesErrorsOfSyntax)
{
    const std::string cases[] = {
        "alles",
        "-",
        "all:x",
        "all/8",
        "all.",
        "++all",
        "include",
        "include:",
        "include:example",

        "a:",
        "a:/24",
        "a/",
        "a/33",
        "a//129",
        "a/024",
        "a//",
        "a:example.org/24/64",
        "a///64",
        "a/24//",
        "a:example.123",
        "a:-x.-org",
        "a:example.org-",
        "a:exam ple",
        "mx:",
        "ptr:",
        "ptr/24",
        "ptr:example.org/24",
        "ip4",
        "ip4:",
        "ip4:1.2.3",
        "ip4:1.2.3.4.5",
        "ip4:1.2.3.256",
        "ip4:1.2.3.4/33",
        "ip4:1.2.3.4//32",
        "ip4:1.2.3.04",
        "ip4:::1",
        "ip6:1.2.3.4",
        "ip6::::1",
        "ip6:::1/129",
        "ip6:",
        "exists",
        "exists:",
        "exists:%{c}.org",
        "exists:%{d0}.org",
        "exists:%{q}.org",
        "exists:%{d",
        "exists:%d.org",
        "exists:%{d!}.org",
        "exists:%",
        "exists:%{}.org",
        "exists:%{99999999999d}",
        "exists:%%_",
        "redirect=",
        "redirect=example",
        "redirect=a.org redirect=b.org",
        "exp=a.org exp=b.org",
        "exp=%{t}",
        "x=%{",
        "x=%x",
        "a:ex\xc3\xa4.org",
        "x=\x01",
        "\tall",
        "a:example.org:x..",
    };
    for (const auto& terms : cases)
        EXPECT_FALSE(parse_spf_record("v=spf1 " + terms)) << terms;
    EXPECT_FALSE(parse_spf_record("v=spf2 all"));
}

TEST(InNetwork, ComparesBits)
{
    const auto v4 = "\xc0\0\2\x81"s;
    EXPECT_TRUE(in_network(v4, "\xc0\0\2\x81"s, 32));
    EXPECT_FALSE(in_network(v4, "\xc0\0\2\x80"s, 32));
    EXPECT_TRUE(in_network(v4, "\xc0\0\2\x80"s, 31));
    EXPECT_TRUE(in_network(v4, "\xc0\0\2\xff"s, 25));
    EXPECT_FALSE(in_network(v4, "\xc0\0\2\x7f"s, 25));
    EXPECT_TRUE(in_network(v4, "\1\2\3\4", 0));
    EXPECT_FALSE(in_network(v4, std::string(16, '\0'), 0)); // another family
}

} // namespace
} // namespace pillarbox::mailauth

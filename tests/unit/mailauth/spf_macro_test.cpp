#include "server/mailauth/spf_macro.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

using namespace std::string_literals;

SpfMacros rfc_example(std::string address)
{
    return {.local_part = "strong-bad",
            .sender_domain = "email.example.com",
            .domain = "email.example.com",
            .address = std::move(address),
            .helo = "mx.example.org"};
}

// The examples of RFC 7208 §7.4.
TEST(Expand, IsWhatTheRfcShows)
{
    const struct
    {
        const char* spec;
        const char* expansion;
    } cases[] = {
        {"%{s}", "strong-bad@email.example.com"},
        {"%{o}", "email.example.com"},
        {"%{d}", "email.example.com"},
        {"%{d4}", "email.example.com"},
        {"%{d3}", "email.example.com"},
        {"%{d2}", "example.com"},
        {"%{d1}", "com"},
        {"%{dr}", "com.example.email"},
        {"%{d2r}", "example.email"},
        {"%{l}", "strong-bad"},
        {"%{l-}", "strong.bad"},
        {"%{lr}", "strong-bad"},
        {"%{lr-}", "bad.strong"},
        {"%{l1r-}", "strong"},
        {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
        {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
        {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
    };
    for (const auto& [spec, expansion] : cases) {
        EXPECT_TRUE(is_domain_spec(spec)) << spec;
        EXPECT_EQ(expand(spec, rfc_example("\xc0\0\2\3"s)), expansion) << spec;
    }
    EXPECT_EQ(
        expand("%{ir}.%{v}._spf.%{d2}", rfc_example("\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\xcb")),
        "b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST(Expand, KnowsLiteralsAndTransformers)
{
    auto macros = rfc_example("\xc0\0\2\3"s);
    macros.local_part = "a+b=c/d";
    const struct
    {
        const char* spec;
        const char* expansion;
    } cases[] = {
        {"a%%b.%{h}", "a%b.mx.example.org"}, {"%{l}%_%-.org", "a+b=c/d %20.org"},
        {"%{L}.org", "a%2Bb%3Dc%2Fd.org"},   {"%{l+=/}.org", "a.b.c.d.org"},
        {"%{l2r+=}.org", "b.a.org"},         {"%{d99}", "email.example.com"},
        {"%{p}.org", "unknown.org"},         {"%{d}.", "email.example.com"},
        {"%{D2R}.org", "example.email.org"}, {"x.%{i}.org", "x.192.0.2.3.org"},
    };
    for (const auto& [spec, expansion] : cases)
        EXPECT_EQ(expand(spec, macros), expansion) << spec;
}

TEST(Expand, LetsLabelsAtTheLeftGo)
{
    auto macros = rfc_example("\xc0\0\2\3"s);
    macros.local_part = std::string(200, 'a') + "." + std::string(100, 'b');
    EXPECT_EQ(expand("%{l}.example.org", macros), std::string(100, 'b') + ".example.org");
    macros.local_part = std::string(300, 'a');
    EXPECT_EQ(expand("%{l}", macros), "");
}

TEST(IsMacroString, TakesEveryLetter)
{
    EXPECT_TRUE(is_macro_string("%{c}%{r}%{t}%{p}"));
    EXPECT_TRUE(is_macro_string(""));
    EXPECT_FALSE(is_macro_string("%{x}"));
    EXPECT_FALSE(is_domain_spec("%{c}.org"));
    EXPECT_FALSE(is_domain_spec(""));
}

TEST(NamesValidatedName, SeesP)
{
    EXPECT_TRUE(names_validated_name("x.%{P2r}.org"));
    EXPECT_FALSE(names_validated_name("%%{p}.%{d}p"));
}

} // namespace
} // namespace pillarbox::mailauth

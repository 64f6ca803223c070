#include "server/admin/address.hpp"

#include "server/admin/tool.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {

TEST(AdminAddress, IsKeptInLowerCase)
{
    EXPECT_EQ(parse_address("Alice.B+x@Example.ORG"), "alice.b+x@example.org");
    EXPECT_EQ(parse_address("\xc3\xa4@example.org"), "\xc3\xa4@example.org");
    EXPECT_EQ(parse_address("JU\xcc\x88RGEN@example.org"), "jürgen@example.org"); // RFC 8265 §3.3
    EXPECT_EQ(parse_address("ａ．ｂ@example.org"), "a.b@example.org");
    EXPECT_EQ(parse_alias_address("@Example.org"), "@example.org");
}

TEST(AdminAddress, MayHaveAnInternationalisedDomain)
{
    EXPECT_EQ(parse_address("jürgen@Bücher.example"), "jürgen@xn--bcher-kva.example");
    EXPECT_EQ(parse_address("a@XN--bcher-KVA.example"), "a@xn--bcher-kva.example");
    EXPECT_EQ(parse_alias_address("@bücher.example"), "@xn--bcher-kva.example");
    EXPECT_EQ(parse_domain("straße.example"), "xn--strae-oqa.example");
    EXPECT_THROW(parse_domain("☃.example"), Failed);
    EXPECT_THROW(parse_domain("\xff.example"), Failed);
}

TEST(AdminAddress, OfATargetKeepsItsCase)
{
    EXPECT_EQ(parse_target("Bob.B@Elsewhere.EXAMPLE"), "Bob.B@elsewhere.example");
    EXPECT_EQ(parse_target("JÜRGEN@bücher.example"), "jürgen@xn--bcher-kva.example");
    EXPECT_THROW(parse_target("a b@elsewhere.example"), Failed);
}

TEST(AdminAddress, MustBeOne)
{
    const std::string long_local(65, 'a');
    for (const std::string& text :
         {std::string(""), std::string("alice"), std::string("@example.org"), std::string("a@"),
          std::string("a@b@c"), std::string("a b@example.org"), std::string(".a@example.org"),
          std::string("a.@example.org"), std::string("a..b@example.org"), std::string("\"a\"@example.org"),
          std::string("Ⅳ@example.org"), std::string("a＠b@example.org"), std::string("．a@example.org"),
          std::string("אa@example.org"), std::string("\xff@example.org"), std::string("a@exa_mple.org"),
          std::string("a\n@example.org"), long_local + "@example.org"})
        EXPECT_THROW(parse_address(text), Failed) << text;
}

} // namespace pillarbox::admin

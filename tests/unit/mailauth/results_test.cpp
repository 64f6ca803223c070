#include "server/mailauth/results.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

TEST(AuthenticationResults, SaysWhatWasFound)
{
    EXPECT_EQ(authentication_results("mail.example.org", {}),
              "Authentication-Results: mail.example.org; none\r\n");
    const std::vector<MethodResult> results{
        {"spf", "pass", "", {{"smtp.mailfrom", "example.net"}, {"smtp.helo", ""}}},
        {"dkim",
         "fail",
         "the body was changed",
         {{"header.d", "example.net"},
          {"header.s", "a-very-long-selector-indeed"},
          {"header.b", "AbCd1234"}}},
        {"dmarc", "fail", "", {{"header.from", "example.net"}, {"policy.dmarc", "none"}}},
    };
    EXPECT_EQ(authentication_results("mail.example.org", results),
              "Authentication-Results: mail.example.org;\r\n"
              "    spf=pass smtp.mailfrom=example.net;\r\n"
              "    dkim=fail reason=\"the body was changed\" header.d=example.net\r\n"
              "     header.s=a-very-long-selector-indeed header.b=AbCd1234;\r\n"
              "    dmarc=fail header.from=example.net policy.dmarc=none\r\n");
    EXPECT_EQ(in_one_line({results[0], results[2]}),
              "spf=pass smtp.mailfrom=example.net; dmarc=fail header.from=example.net policy.dmarc=none");
}

TEST(AuthenticationResults, LetsNothingOut)
{
    const auto field = authentication_results(
        "h", {{"spf", "fail", "a\"b\\c\r\nX: y", {{"smtp.mailfrom", "[1.2.3.4]; x=y"}}}});
    EXPECT_EQ(field, "Authentication-Results: h;\r\n    spf=fail reason=\"a\\\"b\\\\c??X: y\" "
                     "smtp.mailfrom=\"[1.2.3.4]; x=y\"\r\n");
    const auto longest = authentication_results("h", {{"spf", "fail", std::string(5000, 'x'), {}}});
    EXPECT_LT(longest.size(), 400U);
}

TEST(ParseResults, ReadsWhatWeWrite)
{
    const std::vector<MethodResult> written{
        {"spf", "pass", "a \"quoted; reason\" \\", {{"smtp.mailfrom", "example.net"}}},
        {"dkim", "fail", "x=y; dmarc=pass", {{"header.d", "dmarc=pass"}}},
        {"dmarc", "fail", "", {{"header.from", "example.net"}, {"policy.dmarc", "none"}}},
    };
    const auto field = authentication_results("mail.example.org", written);
    const auto read = parse_results(std::string_view(field).substr(field.find(':') + 1));
    ASSERT_EQ(read.size(), 3U);
    for (std::size_t at = 0; at < 3; ++at) {
        EXPECT_EQ(read[at].method, written[at].method);
        EXPECT_EQ(read[at].result, written[at].result);
    }
    EXPECT_EQ(read[2].properties.front().second, "example.net");
    EXPECT_TRUE(parse_results(" mail.example.org; none").empty());
    EXPECT_TRUE(parse_results("").empty());
    EXPECT_TRUE(parse_results(" spf=pass").empty()); // that is an identifier
}

TEST(WithoutComments, LeavesWhatIsQuoted)
{
    for (const auto& [body, plain] :
         std::vector<std::pair<std::string, std::string>>{{"a; b=c (d) e", "a; b=c  e"},
                                                          {"(a (b) \\) c) d", " d"},
                                                          {R"x(a="(b)" (c))x", R"x(a="(b)"  )x"},
                                                          {R"x(a="\"(b" (c) d)x", R"x(a="\"(b"  d)x"},
                                                          {"a (unclosed", "a  "},
                                                          {"\\", "\\"},
                                                          {"", ""}})
        EXPECT_EQ(without_comments(body), plain) << body;
    EXPECT_EQ(parse_results(without_comments("h; dmarc=pass (p=none; x=y) header.from=a.b"))
                  .at(0)
                  .properties.at(0)
                  .second,
              "a.b");
}

TEST(ClaimsToBeFrom, IsNotFooled)
{
    for (const auto* body :
         {" mail.example.org; spf=pass", "mail.example.org;none", " MAIL.Example.ORG 1; none",
          "\r\n mail.example.org\r\n ; none", " (comment (in) \\) it) mail.example.org; x",
          " \"mail.example.org\"; none", " \"mail.\\example.org\" 1; x", " mail.example.org(x); none",
          " mail.example.org", " \"mail.example.org"})
        EXPECT_TRUE(claims_to_be_from(body, "mail.example.org")) << body;
    for (const auto* body :
         {"", " ", " other.example.org; x=mail.example.org", " (mail.example.org) other; none",
          " mail.example.org.x; none", " x.mail.example.org; none", " (unclosed mail.example.org"})
        EXPECT_FALSE(claims_to_be_from(body, "mail.example.org")) << body;
}

} // namespace
} // namespace pillarbox::mailauth

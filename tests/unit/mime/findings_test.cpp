#include "server/mime/findings.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mime {
namespace {

using Texts = std::vector<std::string>;

TEST(LinksInText, EndWhereTheSentenceGoesOn)
{
    struct Case
    {
        const char* text;
        Texts links;
    };
    const Case cases[] = {
        {"", {}},
        {"see https://example.org/a?b=1&c=2.", {"https://example.org/a?b=1&c=2"}},
        {"<http://example.org/>, (https://example.org/x_(y)) and \"HTTPS://EXAMPLE.ORG\"!",
         {"http://example.org/", "https://example.org/x_(y)", "HTTPS://EXAMPLE.ORG"}},
        {"twice https://a.example https://a.example", {"https://a.example"}},
        {"ftp://a.example javascript:alert(1) xhttps://a.example http:// ://", {"https://a.example"}},
        {"https://", {}},
    };
    for (const auto& [text, links] : cases)
        EXPECT_EQ(links_in_text(text), links) << text;
}

TEST(LinksInText, AreNotEndless)
{
    std::string text;
    for (int i = 0; i < 500; ++i)
        text += "https://example.org/" + std::to_string(i) + "\n";
    EXPECT_EQ(links_in_text(text).size(), 100u);
    EXPECT_TRUE(links_in_text("https://" + std::string(5000, 'x')).empty());
}

TEST(LinksInText, TakeNoTimeWhereTheyDoNotEnd)
{
    EXPECT_TRUE(links_in_text("https://a.example/" + std::string(1'000'000, ')')).empty());
}

TEST(LinksInHtml, AreWhatElementsLeadTo)
{
    struct Case
    {
        const char* html;
        Texts links;
    };
    const Case cases[] = {
        {R"(<p>x <A class=b HREF="https://a.example/?x=1&amp;y=2">y</a>)", {"https://a.example/?x=1&y=2"}},
        {"<a href='http://a.example/>'>", {"http://a.example/>"}},
        {"<area href=http://a.example/b><a\nhref = http://a.example/c >",
         {"http://a.example/b", "http://a.example/c"}},
        {R"(<a href="javascript:x"><a href="mailto:a@b"><a href="/x"><a>)", {}},
        {R"(<link href="http://a.example"><abbr href="http://a.example"><img src="http://a.example">)", {}},
        {R"(<a href="http://a.example" href="http://b.example">)", {"http://a.example"}},
        {R"(<a href="http://a.example)", {"http://a.example"}},
        {"<a", {}},
        {"<", {}},
    };
    for (const auto& [html, links] : cases)
        EXPECT_EQ(links_in_html(html), links) << html;
}

TEST(CodesInText, AreSetApart)
{
    struct Case
    {
        const char* text;
        Texts codes;
    };
    const Case cases[] = {
        {"Your code is 123456.", {"123456"}},
        {"Code: 'A1B2C3'\r\n", {"A1B2C3"}},
        {"Type it in:\n\n  WXYZ\n\nHELLO THERE", {"WXYZ"}},
        {"In 2025 we sold 1,234.56 on 2025-11-25 at 10:30, call +41-44-1234", {}},
        {"2025", {"2025"}},
        {"123 and 123456789 and 12a4", {}},
        {"*0042* (0042) 0043", {"0042", "0043"}},
        {"", {}},
    };
    for (const auto& [text, codes] : cases)
        EXPECT_EQ(codes_in_text(text), codes) << text;
    std::string many;
    for (int i = 1000; i < 1100; ++i)
        many += std::to_string(i) + "\n";
    EXPECT_EQ(codes_in_text(many).size(), 20u);
}

} // namespace
} // namespace pillarbox::mime

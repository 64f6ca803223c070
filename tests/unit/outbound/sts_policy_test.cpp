#include "server/outbound/sts_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pillarbox::outbound {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(StsRecord, HasOneId)
{
    struct Case
    {
        std::vector<std::string> texts;
        std::optional<std::string> id;
    };
    for (const auto& [texts, id] : std::vector<Case>{
             {{"v=STSv1; id=20160831085700Z;"}, "20160831085700Z"},
             {{"v=STSv1;id=1"}, "1"},
             {{"v=STSv1 ; other=x; id=abc"}, "abc"},
             {{"google-verification=1", "v=STSv1; id=7;", "v=spf1 -all"}, "7"},
             {{"v=STSv1; id=1;", "v=STSv1; id=1;"}, std::nullopt}, // nobody knows which
             {{"v=STSv1; id=1; id=2;"}, std::nullopt},
             {{"v=STSv1; id=;"}, std::nullopt},
             {{"v=STSv1; id=with-dash;"}, std::nullopt},
             {{"v=STSv1; id=" + std::string(32, '1')}, std::string(32, '1')},
             {{"v=STSv1; id=" + std::string(33, '1')}, std::nullopt},
             {{"v=STSv1"}, std::nullopt},
             {{"v=STSv10; id=1;"}, std::nullopt},
             {{"V=STSv1; id=1;"}, std::nullopt},
             {{}, std::nullopt},
         })
        EXPECT_EQ(parse_sts_record(texts), id) << (texts.empty() ? "" : texts.front());
}

TEST(StsPolicy, IsRead)
{
    const auto rules = parse_sts_policy("version: STSv1\r\nmode: enforce\r\nmx: MX1.example.org\r\n"
                                        "mx: *.example.net\r\nmax_age: 604800\r\n");
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->mode, StsRules::Mode::enforce);
    EXPECT_EQ(rules->max_age, 604800s);
    EXPECT_THAT(rules->hosts, ElementsAre("mx1.example.org", "*.example.net"));
}

TEST(StsPolicy, MayBeWrittenOtherwise)
{
    for (const char* text :
         {"mode: testing\nmax_age: 86400\nversion: STSv1\nmx: a.test", // any order, LF, no last line end
          "version:STSv1\nmode : testing \nmx:a.test\n\nmax_age:\t86400\n",
          "version: STSv1\nfuture: thing\nmode: testing\nmode: enforce\nmx: a.test\nmax_age: 86400\n"}) {
        const auto rules = parse_sts_policy(text);
        ASSERT_TRUE(rules) << text;
        EXPECT_EQ(rules->mode, StsRules::Mode::testing) << text;
        EXPECT_EQ(rules->max_age, 86400s) << text;
        EXPECT_TRUE(rules->allow("a.test")) << text;
    }
}

TEST(StsPolicy, OfModeNoneNamesNobody)
{
    const auto rules = parse_sts_policy("version: STSv1\nmode: none\nmax_age: 86400\n");
    ASSERT_TRUE(rules);
    EXPECT_EQ(rules->mode, StsRules::Mode::none);
}

TEST(StsPolicy, IsRefused)
{
    const std::string good = "version: STSv1\nmode: enforce\nmx: a.test\n";
    for (const std::string& text :
         {std::string(), good, std::string("mode: enforce\nmx: a.test\nmax_age: 1\n"), good + "max_age: -1\n",
          good + "max_age: 31557601\n", good + "max_age: 1d\n", good + "max_age: 99999999999\n",
          std::string("version: STSv2\nmode: enforce\nmx: a.test\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: Enforce\nmx: a.test\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: enforce\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: enforce\nmx: *\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: enforce\nmx: a.*.test\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: enforce\nmx: a..test\nmax_age: 1\n"),
          std::string("version: STSv1\nmode: enforce\nmx: a test\nmax_age: 1\n"),
          good + "max_age: 1\n<html>\n", good + "max_age: 1\n" + std::string(70'000, '\n')})
        EXPECT_FALSE(parse_sts_policy(text)) << text.substr(0, 200);
    std::string many = good + "max_age: 1\n";
    for (int i = 0; i < 500; ++i)
        many += "mx: a.test\n";
    EXPECT_FALSE(parse_sts_policy(many));
}

TEST(StsPolicy, NamesHosts)
{
    StsRules rules;
    rules.hosts = {"mx.example.org", "*.example.net"};
    for (const char* host : {"mx.example.org", "MX.Example.ORG", "a.example.net"})
        EXPECT_TRUE(rules.allow(host)) << host;
    for (const char* host : {"example.org", "a.mx.example.org", "example.net", "a.b.example.net",
                             ".example.net", "mx.example.org.", ""})
        EXPECT_FALSE(rules.allow(host)) << host;
}

} // namespace
} // namespace pillarbox::outbound

#include "server/mailauth/dmarc_facts.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailauth {
namespace {

DmarcFacts facts()
{
    return {.source = "192.0.2.7",
            .header_from = "example.org",
            .envelope_from = "bounce.example.org",
            .spf_domain = "bounce.example.org",
            .spf_result = "pass",
            .signatures = {{"example.org", "s1", "pass"}, {"esp.test", "x", "fail"}},
            .spf_aligned = false,
            .dkim_aligned = true,
            .disposition = DmarcFacts::Disposition::quarantine,
            .overridden = DmarcFacts::Override::local_policy};
}

TEST(DmarcFacts, AreReadAsTheyWereWritten)
{
    EXPECT_EQ(parse_dmarc_facts(facts().text()), facts());
    EXPECT_EQ(parse_dmarc_facts(DmarcFacts{}.text()), DmarcFacts{});
}

TEST(DmarcFacts, HaveNothingThatOthersMayNotWrite)
{
    auto hostile = facts();
    hostile.envelope_from = std::string("a\n\xff\0b", 5);
    hostile.signatures = {{std::string(5000, 'x'), "s", "pass"}};
    const auto read = parse_dmarc_facts(hostile.text());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->envelope_from, "a???b");
    EXPECT_EQ(read->signatures.front().domain.size(), 255u);
}

TEST(DmarcFacts, AreNotMadeOfAnythingElse)
{
    for (const auto* text :
         {"", "{}", "[]", "[1,2,3,4,5,6,7,8,9,10]", R"(["a","b","c","d","e",2,0,0,0,[]])",
          R"(["a","b","c","d","e",1,0,4,0,[]])", R"(["a","b","c","d","e",1,0,0,4,[]])",
          R"(["a","b","c","d","e",1,0,0,0,[1]])", R"(["a","b","c","d","e",1,0,0,0,[["x"]]])",
          R"(["a","b","c","d","e",1,0,0,0,1])"})
        EXPECT_FALSE(parse_dmarc_facts(text)) << text;
}

} // namespace
} // namespace pillarbox::mailauth

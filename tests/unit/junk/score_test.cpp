#include "server/junk/score.hpp"

#include <gtest/gtest.h>

namespace pillarbox::junk {
namespace {

TEST(Decide, AddsUp)
{
    struct Case
    {
        std::vector<Reason> reasons;
        Fate fate;
    };
    const Case cases[] = {
        {{}, Fate::inbox},
        {{{"blocklist", 4.9}}, Fate::inbox},
        {{{"blocklist", 4}, {"spf", 1}}, Fate::junk},
        {{{"blocklist", 8}, {"allowlist", -4}}, Fate::inbox},
        {{{"blocklist", 9}, {"allowed", 0}}, Fate::inbox},
        {{{"words", -4}, {"blocked", 0}}, Fate::junk},
        {{{"words", -4}, {"policy", 0}}, Fate::junk},
        {{{"blocklist", 50}}, Fate::junk}, // never refused, unless told to
    };
    for (const auto& one : cases)
        EXPECT_EQ(decide({}, one.reasons).fate, one.fate) << one.reasons.size();
    EXPECT_DOUBLE_EQ(decide({}, {{"blocklist", 8}, {"allowlist", -4}}).total, 4);
}

TEST(Decide, RefusesWhereItIsToldTo)
{
    Config::Junk terms;
    terms.refuse = 8;
    EXPECT_EQ(decide(terms, {{"blocklist", 7.5}}).fate, Fate::junk);
    EXPECT_EQ(decide(terms, {{"blocklist", 8}}).fate, Fate::refuse);
    EXPECT_EQ(decide(terms, {{"blocklist", 8}, {"allowed", 0}}).fate, Fate::inbox);
    EXPECT_EQ(decide(terms, {{"blocklist", 8}, {"blocked", 0}}).fate, Fate::junk);
}

TEST(Decide, OnlyNotesWhereItIsToldTo)
{
    Config::Junk terms;
    terms.mode = Config::Junk::Mode::note;
    EXPECT_EQ(decide(terms, {{"blocklist", 50}}).fate, Fate::inbox);
    EXPECT_EQ(decide(terms, {{"blocked", 0}}).fate, Fate::junk); // that a person has said
}

TEST(ReasonsOf, CountsWhatFailed)
{
    using Results = std::vector<mailauth::MethodResult>;
    EXPECT_TRUE(reasons_of(Results{{"spf", "pass"}, {"dkim", "none"}, {"dmarc", "none"}}).empty());
    const auto all = reasons_of(Results{{"spf", "fail", "", {{"smtp.mailfrom", "a.example"}}},
                                        {"dkim", "fail", "", {{"header.d", "b.example"}}},
                                        {"dkim", "fail", "", {{"header.d", "c.example"}}},
                                        {"dmarc", "fail", "", {{"header.from", "d.example"}}}});
    ASSERT_EQ(all.size(), 3);
    EXPECT_EQ(all[0].name + all[0].detail, "spfa.example");
    EXPECT_EQ(all[1].name + all[1].detail, "dkimb.example");
    EXPECT_EQ(all[2].name + all[2].detail, "dmarcd.example");
    EXPECT_LT(decide({}, all).total, Config::Junk().limit);
    // Whoever passes a list's mail on adds one that holds.
    EXPECT_TRUE(reasons_of(Results{{"dkim", "fail"}, {"dkim", "pass"}}).empty());
}

TEST(WordsOf, TellsPeople)
{
    EXPECT_EQ(words_of(Reason{"first-contact", 0}), "it is the first message from this sender");
    EXPECT_EQ(words_of(Reason{"blocklist", 4, "zen.example (127.0.0.2)"}),
              "the server that brought it is on a block list: zen.example (127.0.0.2)");
    EXPECT_EQ(words_of(Reason{"of-a-later-version", 4}), "of-a-later-version");
}

} // namespace
} // namespace pillarbox::junk

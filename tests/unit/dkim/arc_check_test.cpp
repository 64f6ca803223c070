#include "server/dkim/arc_check.hpp"

#include "tests/unit/dkim/arc_sealer.hpp"
#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace pillarbox::dkim {
namespace {

using test::changed;
using test::Sealer;

const std::string letter(test::message);

/// Some that keys are made for once.
struct World
{
    Sealer one{"one.example", Algorithm::rsa_sha256};
    Sealer two{"two.example"};
    Sealer three{"three.example"};

    KeyAnswers keys() const
    {
        KeyAnswers all;
        for (const auto* sealer : {&one, &two, &three})
            all[sealer->key_name()] = test::found(sealer->record());
        return all;
    }

    std::string sealed_thrice() const
    {
        return three.seal(two.seal(one.seal(letter, "spf=pass"), "arc=pass"), "arc=pass");
    }
};

const World& world()
{
    static const World made;
    return made;
}

struct Told
{
    std::string result; // "pass", or with why
    std::vector<std::string> asked{};
};

Told check(std::string_view text, const KeyAnswers& keys, std::size_t piece = 1 << 20)
{
    Verifier verifier(test::then);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        verifier.add(text.substr(0, piece));
    verifier.finish();
    ArcCheck check(verifier.chain());
    Told told;
    while (const auto name = check.needs()) {
        told.asked.push_back(*name);
        const auto found = keys.find(*name);
        check.take(found == keys.end() ? KeyAnswer() : found->second);
    }
    told.result = name_of(check.result());
    if (!check.why().empty()) told.result += ": " + check.why();
    return told;
}

std::string result_of(const std::string& text)
{
    return check(text, world().keys()).result;
}

TEST(ArcCheck, PassesWhatWasSealed)
{
    for (const std::size_t piece : {1, 2, 3, 7, 100, 100'000}) {
        EXPECT_EQ(check(world().one.seal(letter, "spf=pass"), world().keys(), piece).result, "pass") << piece;
        EXPECT_EQ(check(world().sealed_thrice(), world().keys(), piece).result, "pass") << piece;
    }
}

TEST(ArcCheck, SaysNothingWhereThereIsNoChain)
{
    for (const auto& text : {letter, std::string(), "\r\n" + world().one.seal(letter, "spf=pass")}) {
        const auto told = check(text, world().keys());
        EXPECT_EQ(told.result, "none");
        EXPECT_TRUE(told.asked.empty());
    }
}

TEST(ArcCheck, AsksFromTheNewestOn)
{
    EXPECT_EQ(check(world().sealed_thrice(), world().keys()).asked,
              (std::vector<std::string>{world().three.key_name(), world().three.key_name(),
                                        world().two.key_name(), world().one.key_name()}));
}

TEST(ArcCheck, SeesWhatWasChanged)
{
    const std::string newest =
        "fail: its newest signature: the header was changed, or the signature is another key's";
    const auto seal = [](int set) {
        return "fail: the seal of set " + std::to_string(set) +
               ": the header was changed, or the signature is another key's";
    };
    const auto sealed = world().sealed_thrice();
    const std::vector<std::tuple<std::string_view, std::string_view, std::string>> cases{
        {"Hi.", "Ho.", "fail: the body was changed"},
        {"Subject: Is", "Subject: It", newest},
        {"From: Joe", "From: <x@evil.example>\r\nFrom: Joe",
         "fail: the message has a From that it does not cover"},
        {"i=3; three.example;\r\n arc=pass", "i=3; three.example;\r\n arc=fail", seal(3)},
        {"i=1; one.example;\r\n spf=pass", "i=1; one.example;\r\n spf=pass; dmarc=pass", seal(3)},
        {"i=1; one.example;\r\n spf=pass", "i=1;\tone.example; \r\n\tspf=pass ", "pass"},
        {"ARC-Seal: i=2;", "arc-seal:  i=2;", "pass"},
    };
    for (const auto& [from, to, expected] : cases)
        EXPECT_EQ(result_of(changed(sealed, from, to)), expected) << to;
}

TEST(ArcCheck, SeesThatALaterSealerHidABreak)
{
    // Changed before the second seal: the first signature no longer holds, but seals are of sets alone,
    // and only the newest signature is of the message as it is (RFC 8617 §5.2).
    const auto changed_between =
        world().two.seal(changed(world().one.seal(letter, "spf=pass"), "Hi.", "[list] Hi."), "arc=pass");
    EXPECT_EQ(result_of(changed_between), "pass");
    // But not a result of a set before.
    const auto forged =
        world().two.seal(changed(world().one.seal(letter, "spf=fail"), "spf=fail", "spf=pass"), "arc=pass");
    EXPECT_EQ(result_of(forged),
              "fail: the seal of set 1: the header was changed, or the signature is another key's");
    Sealer::Oddity honest{.validity = "fail"};
    EXPECT_EQ(result_of(world().two.seal(world().one.seal(letter, "spf=pass"), "arc=fail", honest)),
              "fail: it was broken already when two.example sealed it");
}

TEST(ArcCheck, WantsWholeSetsInOrder)
{
    const auto sealed = world().two.seal(world().one.seal(letter, "spf=pass"), "arc=pass");
    const auto without = [&](std::string_view begin) {
        const auto at = sealed.find(begin);
        std::size_t end = sealed.find("\r\n", at);
        while (sealed[end + 2] == ' ' || sealed[end + 2] == '\t')
            end = sealed.find("\r\n", end + 2);
        return sealed.substr(0, at) + sealed.substr(end + 2);
    };
    EXPECT_EQ(result_of(without("ARC-Seal: i=1")), "fail: set 1 is not complete");
    EXPECT_EQ(result_of(without("ARC-Message-Signature: i=2")), "fail: set 2 is not complete");
    EXPECT_EQ(result_of(without("ARC-Authentication-Results: i=1")), "fail: set 1 is not complete");
    EXPECT_EQ(result_of("ARC-Authentication-Results: i=2; x; y=z\r\n" + sealed),
              "fail: set 2 has a field twice");
    EXPECT_EQ(result_of("ARC-Seal: i=1; a=x\r\n" + letter), "fail: set 1 is not complete");
    for (const auto* field :
         {"ARC-Seal: i=0; a=x\r\n", "ARC-Seal: a=x\r\n", "ARC-Seal: nonsense\r\n",
          "ARC-Authentication-Results: x; spf=pass\r\n", "ARC-Authentication-Results: i=x; spf=pass\r\n",
          "ARC-Message-Signature:\r\n", "ARC-Seal: i=99999999999999999999999; a=x\r\n"})
        EXPECT_EQ(result_of(field + letter), "fail: a field of it is malformed") << field;
    EXPECT_EQ(result_of("ARC-Seal: i=51; a=x\r\n" + letter), "fail: it has more than 50 sets");
    EXPECT_EQ(result_of("ARC-Seal: i=50; a=x\r\n" + letter), "fail: set 1 is not complete");
}

TEST(ArcCheck, RefusesOddSeals)
{
    const auto first = [](Sealer::Oddity odd) {
        return result_of(world().one.seal(letter, "spf=pass", odd));
    };
    EXPECT_EQ(first({.validity = "pass"}), "fail: the seal of set 1 does not say what it found (cv=)");
    EXPECT_EQ(first({.validity = "maybe"}), "fail: the seal of set 1 does not say what it found (cv=)");
    EXPECT_EQ(first({.validity = "NONE"}), "pass");
    EXPECT_EQ(first({.seal_tag = "h=from; "}), "fail: the seal of set 1: a seal has no h=");
    EXPECT_EQ(first({.covered = "from:arc-seal"}), "fail: h= names ARC-Seal");
    EXPECT_EQ(first({.covered = "to:subject"}), "fail: it does not cover From");
    EXPECT_EQ(first({.signature_tag = "x=1; "}), "fail: its time is over (x=)");
    EXPECT_EQ(first({.signature_tag = "l=2; "}),
              "fail: the body was changed"); // of two octets another hash
    const auto second = world().two.seal(world().one.seal(letter, "spf=pass"), "x=y", {.validity = "none"});
    EXPECT_EQ(result_of(second), "fail: the seal of set 2 does not say what it found (cv=)");
}

TEST(ArcCheck, NeedsEveryKey)
{
    const auto sealed = world().sealed_thrice();
    auto keys = world().keys();
    keys.erase(world().one.key_name());
    EXPECT_EQ(check(sealed, keys).result,
              "fail: the seal of set 1: its key could not be looked up at arc._domainkey.one.example");
    keys[world().three.key_name()] = {.kind = KeyAnswer::Kind::none};
    const auto told = check(sealed, keys);
    EXPECT_EQ(told.result, "fail: its newest signature: there is no key at arc._domainkey.three.example");
    EXPECT_EQ(told.asked.size(), 1u); // the rest is not asked for
    keys = world().keys();
    keys[world().two.key_name()] = test::found(world().two.record() + "; t=y");
    EXPECT_EQ(check(sealed, keys).result,
              "fail: the seal of set 2: its key is being tested, so it does not count");
}

TEST(ArcCheck, TakesTheLongestChain)
{
    std::string text = letter;
    for (std::size_t i = 0; i < ArcChain::most_sets; ++i)
        text = world().two.seal(text, "arc=pass");
    EXPECT_EQ(result_of(text), "pass");
    EXPECT_EQ(result_of(world().two.seal(text, "arc=pass")), "fail: it has more than 50 sets");
}

} // namespace
} // namespace pillarbox::dkim

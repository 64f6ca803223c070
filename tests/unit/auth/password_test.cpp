#include "server/auth/password.hpp"

#include "tests/unit/auth/fixed.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace pillarbox::auth {
namespace {

TEST(Password, FitsOnlyItself)
{
    const std::string hash = hash_password("correct horse", cheap);
    EXPECT_TRUE(verify_password(hash, "correct horse"));
    for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"})
        EXPECT_FALSE(verify_password(hash, wrong)) << wrong;
}

TEST(Password, MayHoldAnyOctets)
{
    const std::string odd("a\0b\xff\x80", 5);
    const std::string hash = hash_password(odd, cheap);
    EXPECT_TRUE(verify_password(hash, odd));
    EXPECT_FALSE(verify_password(hash, std::string("a\0c\xff\x80", 5)));
}

TEST(Password, IsSaltedEachTime)
{
    EXPECT_NE(hash_password("same", cheap), hash_password("same", cheap));
}

TEST(Password, IsHashedAtTheCostAskedFor)
{
    for (const HashCost cost :
         {HashCost{.passes = 1, .kib = 64}, HashCost{.passes = 3, .kib = 256}, HashCost{}}) {
        const std::string hash = hash_password("x", cost);
        EXPECT_EQ(cost_of(hash), cost) << hash;
        EXPECT_TRUE(hash.starts_with("$argon2id$v=19$")) << hash;
    }
}

TEST(Password, RefusesACostThatArgon2CannotDo)
{
    EXPECT_THROW(hash_password("x", {.passes = 0, .kib = 64}), std::invalid_argument);
    EXPECT_THROW(hash_password("x", {.passes = 1, .kib = 4}), std::invalid_argument);
}

TEST(Password, FitsNoHashThatCannotBeRead)
{
    const std::string good = hash_password("x", cheap);
    for (const std::string& hash :
         {std::string(), std::string("x"), std::string("$argon2id$"), good.substr(0, good.size() - 3),
          good + "AAAA", std::string(127, 'a'), std::string(128, 'a'), std::string(4096, '$')})
        EXPECT_FALSE(verify_password(hash, "x")) << hash;
}

TEST(Password, DeservesANewHashOnlyWhenTheCostRises)
{
    struct Case
    {
        HashCost made;
        HashCost wanted;
        bool again;
    };
    for (const Case& c : {
             Case{{2, 128}, {2, 128}, false},
             Case{{2, 128}, {3, 128}, true},
             Case{{2, 128}, {2, 256}, true},
             Case{{3, 256}, {2, 128}, false},
         })
        EXPECT_EQ(needs_rehash(hash_password("x", c.made), c.wanted), c.again)
            << c.made.passes << ',' << c.made.kib << " to " << c.wanted.passes << ',' << c.wanted.kib;
    EXPECT_TRUE(needs_rehash("$2y$05$something", cheap));
}

TEST(AppPassword, IsLongAndNeverTheSame)
{
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string password = generate_app_password();
        EXPECT_EQ(password.size(), 23u) << password;
        EXPECT_EQ(password.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
            << password;
        EXPECT_TRUE(seen.insert(password).second) << password;
    }
}

TEST(Password, IsTriedPreparedAndThenAsItCame)
{
    using Forms = std::vector<std::string>;
    EXPECT_EQ(forms_of("secret word"), Forms{"secret word"});
    EXPECT_EQ(forms_of("sécret"), Forms{"sécret"});
    EXPECT_EQ(forms_of("se\xCC\x81"
                       "cret"),
              (Forms{"sécret", "se\xCC\x81"
                               "cret"}));
    EXPECT_EQ(forms_of("tab\there"), Forms{"tab\there"});
    EXPECT_EQ(forms_of("\xFF"), Forms{"\xFF"});
    EXPECT_EQ(forms_of(""), Forms{""});
}

} // namespace
} // namespace pillarbox::auth

#include "server/auth/digest.hpp"

#include "server/base/base64.hpp"
#include "tests/unit/auth/fixed.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace pillarbox::auth {
namespace {

TEST(Seal, OpensInItsPlaceOnly)
{
    const std::string sealed = seal(key, "alice@example.test", "phone", "secret");
    EXPECT_EQ(unseal(key, "alice@example.test", "phone", sealed), "secret");
    EXPECT_FALSE(unseal(key, "bob@example.test", "phone", sealed));
    EXPECT_FALSE(unseal(key, "alice@example.test", "tablet", sealed));
    EXPECT_FALSE(unseal(key, "alice@example.tes", "tphone", sealed));
    EXPECT_FALSE(unseal(std::string(32, 'x'), "alice@example.test", "phone", sealed));
}

TEST(Seal, IsNeverTheSameTwice)
{
    EXPECT_NE(seal(key, "a@b", "l", "secret"), seal(key, "a@b", "l", "secret"));
}

TEST(Seal, OpensNothingThatWasChanged)
{
    const std::string raw = *base64_decode(seal(key, "a@b", "l", "secret"));
    for (std::size_t i = 0; i < raw.size(); ++i) {
        std::string changed = raw;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(unseal(key, "a@b", "l", base64_encode(changed))) << "octet " << i;
        EXPECT_FALSE(unseal(key, "a@b", "l", base64_encode(raw.substr(0, i)))) << "cut at " << i;
    }
    EXPECT_FALSE(unseal(key, "a@b", "l", "no base64"));
}

TEST(Seal, HoldsEmptyAndLongPasswords)
{
    for (const std::string& password : {std::string(), std::string(256, 'p'), std::string("\0\xff", 2)})
        EXPECT_EQ(unseal(key, "a@b", "l", seal(key, "a@b", "l", password)), password);
}

TEST(Seal, RefusesAKeyOfTheWrongSize)
{
    EXPECT_THROW(seal("short", "a@b", "l", "p"), std::invalid_argument);
    EXPECT_THROW(unseal("short", "a@b", "l", "p"), std::invalid_argument);
}

TEST(ApopDigest, IsThatOfTheStandard)
{
    // The example of RFC 1939 §7.
    EXPECT_EQ(apop_digest("<1896.697170952@dbc.mtview.ca.us>", "tanstaaf"),
              "c4c9334bac560ecc979e58001b3e22fb");
}

TEST(EqualInConstantTime, ComparesLikeAnyOther)
{
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

} // namespace
} // namespace pillarbox::auth

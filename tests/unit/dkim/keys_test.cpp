#include "server/dkim/keys.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pillarbox::dkim {
namespace {

std::string hash_of(std::string_view text)
{
    Sha256 hash;
    hash.add(text);
    return hash.finish();
}

// Keys are remembered by what they are read from.
TEST(PublicKey, IsNoOtherThatWasReadBefore)
{
    const auto one = PrivateKey::make(Algorithm::rsa_sha256);
    const auto other = PrivateKey::make(Algorithm::rsa_sha256);
    const auto hash = hash_of("text");
    const auto signature = one.sign(hash);
    for (int i = 0; i < 2; ++i) {
        const auto right = PublicKey::parse(Algorithm::rsa_sha256, one.public_octets());
        const auto wrong = PublicKey::parse(Algorithm::rsa_sha256, other.public_octets());
        ASSERT_TRUE(right && wrong);
        EXPECT_TRUE(right->holds(hash, signature));
        EXPECT_FALSE(wrong->holds(hash, signature));
        EXPECT_FALSE(PublicKey::parse(Algorithm::rsa_sha256, one.public_octets().substr(1)));
        EXPECT_FALSE(PublicKey::parse(Algorithm::ed25519_sha256, one.public_octets()));
    }
}

} // namespace
} // namespace pillarbox::dkim

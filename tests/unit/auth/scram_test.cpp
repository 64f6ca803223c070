#include "server/auth/scram.hpp"

#include "server/base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::auth::scram {
namespace {

struct Example
{
    Hash hash;
    const char* salt;
    const char* messages;
    const char* proof;
    const char* signature;
};

// RFC 5802 §5 and RFC 7677 §3: user "user", password "pencil".
const Example examples[] = {
    {Hash::sha1, "QSXCR+Q6sek8bf92",
     "n=user,r=fyko+d2lbbFgONRv9qkxdawL,"
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096,"
     "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j",
     "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "rmF9pqV8S7suAoZWja4dJRkFsKQ="},
    {Hash::sha256, "W22ZaJ0SNY7soEsUEjb6gQ==",
     "n=user,r=rOprNGfwEbeRWgbNEkqO,"
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
     "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="},
};

TEST(Scram, ComputesWhatTheRfcsPrint)
{
    for (const Example& example : examples) {
        const std::string salt = *base64_decode(example.salt);
        const std::string proof = *base64_decode(example.proof);
        const Keys keys = make_keys(example.hash, "pencil", salt, 4096);
        const auto signature = check(example.hash, keys, example.messages, proof);
        ASSERT_TRUE(signature);
        EXPECT_EQ(base64_encode(*signature), example.signature);
        EXPECT_FALSE(
            check(example.hash, make_keys(example.hash, "Pencil", salt, 4096), example.messages, proof));
        EXPECT_FALSE(check(example.hash, keys, std::string(example.messages) + "x", proof));
        EXPECT_FALSE(check(example.hash, keys, example.messages, proof.substr(1)));
        EXPECT_FALSE(check(example.hash, keys, example.messages, ""));
    }
}

TEST(Scram, HasOneSaltForAllThatAPersonMayWrite)
{
    const std::string key(32, 'k');
    const std::string salt = salt_for(key, "alice@example.org");
    EXPECT_EQ(salt.size(), 16u);
    for (const char* same : {"alice", "ALICE@example.org", "alice+Junk@example.org", "alice+x"})
        EXPECT_EQ(salt_for(key, same), salt) << same;
    EXPECT_EQ(salt_for(key, "JU\xCC\x88RGEN@example.org"), salt_for(key, "jürgen"));
    EXPECT_NE(salt_for(key, "bob@example.org"), salt);
    EXPECT_NE(salt_for(std::string(32, 'j'), "alice@example.org"), salt);
}

TEST(Scram, OpensAVerifierOnlyInItsPlace)
{
    const std::string key(32, 'k');
    const std::string verifier = make_verifier(key, "alice@example.org", "phone", "pencil");
    EXPECT_EQ(verifier.find("pencil"), std::string::npos);
    for (const Hash hash : {Hash::sha1, Hash::sha256}) {
        const auto keys = open_verifier(key, "alice@example.org", "phone", verifier, hash);
        ASSERT_TRUE(keys);
        EXPECT_EQ(*keys, make_keys(hash, "pencil", salt_for(key, "alice@example.org"), iterations));
        EXPECT_FALSE(open_verifier(key, "bob@example.org", "phone", verifier, hash));
        EXPECT_FALSE(open_verifier(key, "alice@example.org", "", verifier, hash));
        EXPECT_FALSE(open_verifier(std::string(32, 'j'), "alice@example.org", "phone", verifier, hash));
        EXPECT_FALSE(open_verifier(key, "alice@example.org", "phone", "", hash));
        EXPECT_FALSE(open_verifier(key, "alice@example.org", "phone", "!", hash));
    }
}

} // namespace
} // namespace pillarbox::auth::scram

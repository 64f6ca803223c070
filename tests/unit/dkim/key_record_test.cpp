#include "server/dkim/key_record.hpp"

#include "server/base/base64.hpp"
#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::dkim {
namespace {

using test::changed;

Signature signature_of(Algorithm algorithm, std::string identity_domain = "example.org")
{
    Signature signature;
    signature.algorithm = algorithm;
    signature.domain = "example.org";
    signature.identity_domain = std::move(identity_domain);
    return signature;
}

std::string key_fault(std::string_view text, const Signature& signature = signature_of(Algorithm::rsa_sha256))
{
    const auto record = parse_key_record(text, signature);
    if (record) return {};
    return std::string(name_of(record.error().outcome)) + ": " + record.error().why;
}

TEST(KeyRecord, IsRead)
{
    const std::string good(test::rsa_record);
    EXPECT_EQ(key_fault(good), "");
    EXPECT_EQ(key_fault(good.substr(good.find("p="))), "");
    EXPECT_EQ(key_fault(good + "; h=sha1:sha256; s=tlsrpt : email; t=y; g=*; n=note"), "");
    EXPECT_EQ(key_fault(good + "; s=*; h=SHA256"), "");
    const auto record = parse_key_record(good + "; t=y : s", signature_of(Algorithm::rsa_sha256));
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->testing);
    EXPECT_TRUE(record->identity_is_exact);
    EXPECT_EQ(record->key.bits(), 1024);
    EXPECT_EQ(key_fault(test::ed25519_record, signature_of(Algorithm::ed25519_sha256)), "");
}

TEST(KeyRecord, TakesAnRsaKeyWithoutItsAlgorithm)
{
    // The same numbers as an RSAPublicKey: what stands in the BIT STRING.
    const std::string p(test::rsa_record.substr(test::rsa_record.find("MIG")));
    const std::string bare = base64_decode(p)->substr(22);
    EXPECT_EQ(key_fault("p=" + base64_encode(bare)), "");
    EXPECT_EQ(key_fault("p=" + base64_encode(bare.substr(1))), "permerror: its key is malformed");
}

TEST(KeyRecord, TellsWhatIsWrong)
{
    const std::string good(test::rsa_record);
    const std::vector<std::pair<std::string, std::string>> cases{
        {"", "permerror: its key record is malformed"},
        {"some text", "permerror: its key record is malformed"},
        {changed(good, "DKIM1", "DKIM2"), "permerror: its key record is of another version"},
        {changed(good, "v=DKIM1; k=rsa", "k=rsa; v=DKIM1"),
         "permerror: its key record is of another version"},
        {good + "; h=sha1", "permerror: its key is for other hashes than SHA-256"},
        {good + "; s=tlsrpt", "permerror: its key is not for mail"},
        {changed(good, "k=rsa", "k=ed25519"), "permerror: its key is for another algorithm"},
        {"v=DKIM1; k=rsa", "permerror: its key record has no key"},
        {"v=DKIM1; k=rsa; p=", "permerror: its key was revoked"},
        {"v=DKIM1; k=rsa; p=%", "permerror: its key is malformed"},
        {"v=DKIM1; k=rsa; p=AAAA", "permerror: its key is malformed"},
        {"v=DKIM1; k=rsa; p=" + std::string(8000, 'A'), "permerror: its key is malformed"},
        {changed(std::string(test::ed25519_record), "ed25519", "rsa"), "permerror: its key is malformed"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(key_fault(text), expected) << text;
    EXPECT_EQ(key_fault("k=ed25519; p=AAAA", signature_of(Algorithm::ed25519_sha256)),
              "permerror: its key is malformed");
    EXPECT_EQ(key_fault(good + "; t=s", signature_of(Algorithm::rsa_sha256, "sub.example.org")),
              "permerror: its key is not for domains below its own, and i= is one");
    // 512 bits.
    EXPECT_EQ(key_fault("p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL51JEb9UtHEUkVCrpSb20Tln8rJCM1B0EOISwWlaF+3"
                        "gobp2ZlFRlp8mAQ2VlI+aCHoTeX8uxXuKDSJj1bn0N0CAwEAAQ=="),
              "policy: its RSA key of 512 bits is too weak to be believed");
}

TEST(KeyRecord, IsWrittenForBothKinds)
{
    for (const Algorithm algorithm : {Algorithm::rsa_sha256, Algorithm::ed25519_sha256}) {
        const PrivateKey key = PrivateKey::make(algorithm);
        const auto record = parse_key_record(key_record_text(key), signature_of(algorithm));
        ASSERT_TRUE(record) << name_of(algorithm);
        const std::string hash(32, 'h');
        const std::string signature = key.sign(hash);
        EXPECT_TRUE(record->key.holds(hash, signature));
        EXPECT_FALSE(record->key.holds(std::string(32, 'x'), signature));
        EXPECT_FALSE(record->key.holds(hash, signature.substr(1)));
        EXPECT_FALSE(record->key.holds(hash, ""));
        // What is kept of it is the same key again.
        const auto again = PrivateKey::parse(key.der());
        ASSERT_TRUE(again);
        EXPECT_EQ(again->algorithm(), algorithm);
        EXPECT_EQ(again->public_octets(), key.public_octets());
        EXPECT_FALSE(PrivateKey::parse(key.der().substr(1)));
    }
    EXPECT_EQ(PublicKey::parse(Algorithm::rsa_sha256, PrivateKey::make(Algorithm::rsa_sha256).public_octets())
                  ->bits(),
              2048);
}

} // namespace
} // namespace pillarbox::dkim

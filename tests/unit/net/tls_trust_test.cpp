#include "server/net/tls_trust.hpp"

#include "server/net/certificate_fault.hpp"
#include "tests/support/test_certificate.hpp"

#include <gtest/gtest.h>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <string>

namespace pillarbox::net {
namespace {

using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

std::string text_of(unsigned char* octets, int size)
{
    std::string text(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    return text;
}

std::string sha256(const std::string& text)
{
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

/// A server with a certificate for mail.example.test that nobody has signed.
class TlsTrustTest : public testing::Test
{
public:
    TlsTrustTest()
    {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
            std::fopen(certificate_.certificate().c_str(), "r"), &std::fclose);
        const std::unique_ptr<X509, decltype(&X509_free)> x509(
            PEM_read_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
        unsigned char* octets = nullptr;
        int size = i2d_X509(x509.get(), &octets);
        whole_ = text_of(octets, size);
        octets = nullptr;
        size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509.get()), &octets);
        key_ = text_of(octets, size);
    }

    /// What a client of `host` finds out in a handshake; nothing when that fails.
    std::optional<CertificateFault> meet(const TlsTrust& trust, const std::string& host)
    {
        const Ssl server(certificate_.context().new_session(), &SSL_free);
        const Ssl client(trust.new_session(host), &SSL_free);
        BIO* ours = nullptr;
        BIO* theirs = nullptr;
        BIO_new_bio_pair(&ours, 0, &theirs, 0);
        SSL_set_bio(client.get(), ours, ours);
        SSL_set_bio(server.get(), theirs, theirs);
        SSL_set_accept_state(server.get());
        for (int i = 0; i < 20; ++i) {
            const int said = SSL_do_handshake(client.get());
            const int heard = SSL_do_handshake(server.get());
            if (said == 1 && heard == 1) return fault_of(*client);
        }
        return std::nullopt;
    }

    test::TestCertificate certificate_;
    std::string whole_; // the certificate, as DER has it
    std::string key_;   // its SubjectPublicKeyInfo
};

TEST_F(TlsTrustTest, GoesOnWithAnybodyAndKnowsWhoItIs)
{
    EXPECT_EQ(meet(TlsTrust::anybody(), "mail.example.test"), CertificateFault::not_trusted);
    const TlsTrust strict(certificate_.certificate());
    EXPECT_EQ(meet(strict, "mail.example.test"), CertificateFault::none);
    EXPECT_EQ(meet(strict, "elsewhere.example.test"), std::nullopt);
}

TEST_F(TlsTrustTest, BelievesWhomARecordVouchesFor)
{
    const auto anybody = TlsTrust::anybody();
    for (const auto& record : {dns::Tlsa{3, 0, 0, whole_}, dns::Tlsa{3, 0, 1, sha256(whole_)},
                               dns::Tlsa{3, 1, 1, sha256(key_)}, dns::Tlsa{3, 1, 0, key_}}) {
        // Its name does not count, RFC 7672 §3.1.1.
        EXPECT_EQ(meet(anybody.with_dane({record}, {}), "elsewhere.example.test"), CertificateFault::none);
        const dns::Tlsa other{3, 1, 1, std::string(32, 'x')};
        EXPECT_EQ(meet(anybody.with_dane({other, record}, {}), "mail.example.test"), CertificateFault::none);
        EXPECT_NE(meet(anybody.with_dane({other}, {}), "mail.example.test"), CertificateFault::none);
    }
}

} // namespace
} // namespace pillarbox::net

#include "server/net/tls.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/support/test_certificate.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

namespace pillarbox::net {
namespace {

using test::TemporaryFolder;
using test::TestCertificate;

std::string content(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void overwrite(const std::filesystem::path& file, const std::string& octets)
{
    std::filesystem::remove(file); // another inode, whatever the clock's grain
    std::ofstream(file, std::ios::binary) << octets;
}

/// What the next handshake would present.
std::string presented(const TlsContext& context)
{
    SSL* ssl = context.new_session();
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, SSL_get_certificate(ssl));
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    SSL_free(ssl);
    return pem;
}

TEST(SelfSigned, IsForThisHostAndOnlyItsOwnerReadsIt)
{
    const TestCertificate made;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(made.certificate().c_str(), "r"),
                                                               &std::fclose);
    const std::unique_ptr<X509, decltype(&X509_free)> x(PEM_read_X509(file.get(), nullptr, nullptr, nullptr),
                                                        &X509_free);
    ASSERT_TRUE(x);
    for (const char* host : {"mail.example.test", "localhost"})
        EXPECT_EQ(X509_check_host(x.get(), host, 0, 0, nullptr), 1) << host;
    for (const char* address : {"127.0.0.1", "::1"})
        EXPECT_EQ(X509_check_ip_asc(x.get(), address, 0), 1) << address;
    EXPECT_NE(X509_check_host(x.get(), "other.example.test", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_ca(x.get()), 0);
    EXPECT_EQ(X509_check_purpose(x.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
    for (const auto& path : {made.certificate(), made.key()}) {
        struct stat info{};
        ASSERT_EQ(::stat(path.c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777, 0600u) << path;
    }
}

TEST(SelfSigned, KeepsWhatIsThere)
{
    const TestCertificate made;
    const std::string certificate = content(made.certificate()), key = content(made.key());
    ensure_self_signed(made.certificate(), made.key(), "another.test");
    EXPECT_EQ(content(made.certificate()), certificate);
    EXPECT_EQ(content(made.key()), key);
}

/// As after a crash between the two files.
TEST(SelfSigned, MakesTheCertificateForAKeyThatHasNone)
{
    const TestCertificate made;
    const std::string key = content(made.key());
    std::filesystem::remove(made.certificate());
    overwrite(made.certificate().string() + ".new", "half a cert");
    ensure_self_signed(made.certificate(), made.key(), "mail.example.test");
    EXPECT_EQ(content(made.key()), key);
    EXPECT_NO_THROW(TlsContext(made.options()));
    EXPECT_FALSE(std::filesystem::exists(made.certificate().string() + ".new"));
}

TEST(SelfSigned, RefusesRatherThanReplaceACertificateWithoutKey)
{
    const TestCertificate made;
    std::filesystem::remove(made.key());
    EXPECT_THROW(ensure_self_signed(made.certificate(), made.key(), "mail.example.test"), std::runtime_error);
    EXPECT_FALSE(std::filesystem::exists(made.key()));
}

TEST(SelfSigned, TakesAnyHostname)
{
    for (const std::string& name : {std::string(), std::string("localhost"), std::string("192.0.2.1"),
                                    std::string(200, 'a') + ".example.test"}) {
        const TemporaryFolder folder;
        const auto certificate = folder.path() / "c.pem", key = folder.path() / "k.pem";
        ensure_self_signed(certificate, key, name);
        EXPECT_NO_THROW(TlsContext({certificate, key, true})) << name;
    }
}

TEST(SelfSigned, SaysWhereItCannotWrite)
{
    try {
        ensure_self_signed("/nonexistent/c.pem", "/nonexistent/k.pem", "x");
        FAIL() << "written where there is no folder";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nonexistent/k.pem"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("data_dir"), std::string::npos) << error.what();
    }
}

TEST(TlsContext, NamesTheFileItCannotUse)
{
    const TestCertificate one, other;
    const TemporaryFolder folder;
    const auto nonsense = folder.path() / "nonsense.pem";
    overwrite(nonsense, "not a certificate");
    const std::vector<std::pair<TlsContext::Options, std::string>> cases = {
        {{"/nonexistent.pem", one.key(), true}, "/nonexistent.pem"},
        {{one.certificate(), "/nonexistent.pem", true}, "/nonexistent.pem"},
        {{nonsense, one.key(), true}, nonsense.string()},
        {{one.certificate(), nonsense, true}, nonsense.string()},
        {{one.certificate(), other.key(), true}, other.key().string()},
    };
    for (const auto& [options, named] : cases) {
        try {
            const TlsContext context(options);
            ADD_FAILURE() << "usable: " << named;
        } catch (const std::runtime_error& error) {
            EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
            EXPECT_NE(std::string(error.what()).find("tls."), std::string::npos) << error.what();
        }
    }
}

TEST(TlsContext, PresentsTheNewCertificateAfterReload)
{
    const TestCertificate in_use, renewed;
    TlsContext context(in_use.options());
    EXPECT_FALSE(context.changed());
    EXPECT_EQ(presented(context), content(in_use.certificate()));
    overwrite(in_use.certificate(), content(renewed.certificate()));
    overwrite(in_use.key(), content(renewed.key()));
    EXPECT_TRUE(context.changed());
    context.reload();
    EXPECT_FALSE(context.changed());
    EXPECT_EQ(presented(context), content(renewed.certificate()));
}

TEST(TlsContext, KeepsTheOldCertificateWhenTheNewOneIsUnusable)
{
    const TestCertificate in_use;
    const std::string before = content(in_use.certificate());
    TlsContext context(in_use.options());
    overwrite(in_use.certificate(), "cut off");
    EXPECT_TRUE(context.changed());
    EXPECT_THROW(context.reload(), std::runtime_error);
    EXPECT_FALSE(context.changed()); // tried, and not to be tried again until it changes again
    EXPECT_EQ(presented(context), before);
    overwrite(in_use.certificate(), before);
    EXPECT_TRUE(context.changed());
    EXPECT_NO_THROW(context.reload());
}

} // namespace
} // namespace pillarbox::net

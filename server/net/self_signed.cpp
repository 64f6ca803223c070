// The certificate that a server makes for itself when it is given none: enough
// for encryption and for a first look, not for other people's trust.

#include "server/net/tls.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

namespace pillarbox::net {

namespace {

template <class T, void (*free)(T*)>
struct Freed
{
    void operator()(T* object) const { free(object); }
};
template <class T, void (*free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, free>>;

using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using NameList = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr long validity = 10L * 365 * 24 * 3600; // seconds
constexpr long allowance = 3600;                 // for clocks that are behind
constexpr std::size_t longest_common_name = 64;  // RFC 5280, ub-common-name

[[noreturn]] void fail(const std::string& what, int error)
{
    throw std::runtime_error("the self-signed certificate cannot be made: " + what + ": " +
                             std::generic_category().message(error) +
                             ". Check data_dir, or set tls.certificate and tls.key");
}

void require(bool done)
{
    if (!done)
        throw std::runtime_error(
            "the self-signed certificate cannot be made: OpenSSL failed or has no memory");
}

void add_name(GENERAL_NAMES* names, const std::string& name)
{
    boost::system::error_code not_an_address;
    const auto address = boost::asio::ip::make_address(name, not_an_address);
    Owned<GENERAL_NAME, GENERAL_NAME_free> entry(GENERAL_NAME_new());
    require(entry != nullptr);
    if (not_an_address) {
        ASN1_IA5STRING* text = ASN1_IA5STRING_new();
        require(text != nullptr);
        GENERAL_NAME_set0_value(entry.get(), GEN_DNS, text);
        require(ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1);
    } else {
        ASN1_OCTET_STRING* octets = ASN1_OCTET_STRING_new();
        require(octets != nullptr);
        GENERAL_NAME_set0_value(entry.get(), GEN_IPADD, octets);
        if (address.is_v4()) {
            const auto bytes = address.to_v4().to_bytes();
            require(ASN1_OCTET_STRING_set(octets, bytes.data(), static_cast<int>(bytes.size())) == 1);
        } else {
            const auto bytes = address.to_v6().to_bytes();
            require(ASN1_OCTET_STRING_set(octets, bytes.data(), static_cast<int>(bytes.size())) == 1);
        }
    }
    require(sk_GENERAL_NAME_push(names, entry.get()) > 0);
    [[maybe_unused]] GENERAL_NAME* const theirs = entry.release();
}

void add_extension(X509* certificate, int nid, const char* value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    Owned<X509_EXTENSION, X509_EXTENSION_free> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& hostname)
{
    Certificate certificate(X509_new());
    require(certificate != nullptr);
    X509* x = certificate.get();

    std::uint64_t serial = 0; // RFC 5280 §4.1.2.2: unique and positive
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1);
    require(X509_set_version(x, 2) == 1); // v3
    require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial | 1) == 1);
    require(X509_gmtime_adj(X509_getm_notBefore(x), -allowance) != nullptr);
    require(X509_gmtime_adj(X509_getm_notAfter(x), validity) != nullptr);
    require(X509_set_pubkey(x, key) == 1);

    const bool fits = !hostname.empty() && hostname.size() <= longest_common_name;
    const std::string common_name = fits ? hostname : "pillarbox";
    X509_NAME* subject = X509_get_subject_name(x);
    require(X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(common_name.data()),
                                       static_cast<int>(common_name.size()), -1, 0) == 1);
    require(X509_set_issuer_name(x, subject) == 1);

    // A certificate and not an authority, so that adding it to a trust store
    // trusts this server and nothing it might sign.
    add_extension(x, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(x, NID_key_usage, "critical,digitalSignature");
    add_extension(x, NID_ext_key_usage, "serverAuth");
    NameList names(GENERAL_NAMES_new());
    require(names != nullptr);
    if (!hostname.empty() && hostname != "localhost") add_name(names.get(), hostname);
    for (const char* name : {"localhost", "127.0.0.1", "::1"})
        add_name(names.get(), name);
    require(X509_add1_ext_i2d(x, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1);

    require(X509_sign(x, key, EVP_sha256()) > 0);
    return certificate;
}

/// Creates the file beside its place, lets `write` fill it, and moves it there
/// once it is on the disk: a crash leaves a whole file or none.
template <class Write>
void create(const std::filesystem::path& file, Write write)
{
    std::filesystem::path beside = file;
    beside += ".new";
    ::unlink(beside.c_str()); // left by a crash
    const int descriptor = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0) fail(beside.string(), errno);
    File stream(::fdopen(descriptor, "w"), &std::fclose);
    if (!stream) {
        ::close(descriptor);
        fail(beside.string(), errno);
    }
    errno = 0;
    if (!write(stream.get()) || std::fflush(stream.get()) != 0 || ::fsync(descriptor) != 0)
        fail(beside.string(), errno != 0 ? errno : EIO);
    if (::rename(beside.c_str(), file.c_str()) != 0) fail(file.string(), errno);

    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) fail(folder.string(), errno);
    const bool synced = ::fsync(directory) == 0;
    const int error = errno;
    ::close(directory);
    if (!synced) fail(folder.string(), error);
}

Key read_key(const std::filesystem::path& file)
{
    const File stream(std::fopen(file.c_str(), "re"), &std::fclose);
    if (!stream) fail(file.string(), errno);
    auto no_passphrase = [](char*, int, int, void*) { return 0; };
    Key key(PEM_read_PrivateKey(stream.get(), nullptr, no_passphrase, nullptr));
    if (!key)
        throw std::runtime_error(
            "the key " + file.string() +
            " is not a private key in PEM form. Remove it, and it is made anew with its certificate");
    return key;
}

} // namespace

void ensure_self_signed(const std::filesystem::path& certificate, const std::filesystem::path& key,
                        const std::string& hostname)
{
    const bool have_certificate = std::filesystem::exists(certificate);
    const bool have_key = std::filesystem::exists(key);
    if (have_certificate && have_key) return;
    if (have_certificate)
        throw std::runtime_error("the certificate " + certificate.string() + " has lost its key " +
                                 key.string() +
                                 ". Put the key back, or remove the certificate, and both are made anew");

    // The key first: a crash between the two leaves a key, and the next start
    // makes the certificate for it.
    Key private_key;
    if (have_key) {
        private_key = read_key(key);
    } else {
        private_key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
        require(private_key != nullptr);
        auto write_key = [&](std::FILE* file) {
            return PEM_write_PKCS8PrivateKey(file, private_key.get(), nullptr, nullptr, 0, nullptr,
                                             nullptr) == 1;
        };
        create(key, write_key);
    }
    const Certificate made = make_certificate(private_key.get(), hostname);
    create(certificate, [&](std::FILE* file) { return PEM_write_X509(file, made.get()) == 1; });
}

} // namespace pillarbox::net

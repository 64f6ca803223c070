#include "server/dkim/keys.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <array>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>

namespace pillarbox::dkim {

namespace {

constexpr unsigned new_rsa_bits = 2048;    // RFC 8301 §3.2
constexpr std::size_t ed25519_octets = 32; // of a public key, RFC 8032 §5.1.5
constexpr std::size_t longest_key = 4096;  // octets

using Key = std::shared_ptr<EVP_PKEY>;

struct Freer
{
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer>;

const unsigned char* octets_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

Key owned(EVP_PKEY* key)
{
    return key ? Key(key, &EVP_PKEY_free) : nullptr;
}

[[noreturn]] void cannot(const char* what)
{
    throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

/// RSA keys that were read lately: OpenSSL reads one in five times the time that it
/// takes to check a signature with it, and most mail is of few domains. Any thread.
class RecentKeys
{
public:
    Key find(std::string_view octets)
    {
        const std::scoped_lock lock(mutex_);
        const auto found = keys_.find(octets);
        return found == keys_.end() ? nullptr : found->second;
    }

    void keep(std::string_view octets, const Key& key)
    {
        const std::scoped_lock lock(mutex_);
        if (keys_.size() >= most) keys_.clear(); // whichever are used come back
        keys_.emplace(octets, key);
    }

private:
    static constexpr std::size_t most = 500;

    std::mutex mutex_;
    std::map<std::string, Key, std::less<>> keys_;
};

Key read_rsa(std::string_view octets)
{
    const auto size = static_cast<long>(octets.size());
    const unsigned char* at = octets_of(octets);
    Key key = owned(d2i_PUBKEY(nullptr, &at, size));
    if (!key) {
        at = octets_of(octets);
        key = owned(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, size));
    }
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) return nullptr;
    return key;
}

Key parse_rsa(std::string_view octets)
{
    static RecentKeys recent;
    if (Key known = recent.find(octets)) return known;
    Key key = read_rsa(octets);
    if (key) recent.keep(octets, key);
    return key;
}

/// libsodium checks with it in half the time that OpenSSL takes.
std::array<unsigned char, ed25519_octets> ed25519_octets_of(EVP_PKEY* key)
{
    std::array<unsigned char, ed25519_octets> octets{};
    std::size_t size = octets.size();
    if (EVP_PKEY_get_raw_public_key(key, octets.data(), &size) != 1) cannot("write a key");
    return octets;
}

Algorithm algorithm_of(EVP_PKEY* key)
{
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? Algorithm::rsa_sha256 : Algorithm::ed25519_sha256;
}

/// For a hash that was made already.
bool prepare_rsa(EVP_PKEY_CTX* context, int (*init)(EVP_PKEY_CTX*))
{
    return context && init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1;
}

/// What an i2d function of OpenSSL writes.
template <class Write>
std::string written(Write write)
{
    unsigned char* octets = nullptr;
    const int size = write(&octets);
    if (size <= 0) cannot("write a key");
    std::string out(reinterpret_cast<const char*>(octets), static_cast<std::size_t>(size));
    OPENSSL_free(octets);
    return out;
}

} // namespace

std::string_view name_of(Algorithm algorithm)
{
    return algorithm == Algorithm::rsa_sha256 ? "rsa-sha256" : "ed25519-sha256";
}

std::string_view key_type_of(Algorithm algorithm)
{
    return algorithm == Algorithm::rsa_sha256 ? "rsa" : "ed25519";
}

Sha256::Sha256() : context_(EVP_MD_CTX_new(), Freer())
{
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) cannot("hash");
}

void Sha256::add(std::string_view octets)
{
    if (EVP_DigestUpdate(context_.get(), octets.data(), octets.size()) != 1) cannot("hash");
}

Sha256 Sha256::copy() const
{
    Sha256 other;
    if (EVP_MD_CTX_copy_ex(other.context_.get(), context_.get()) != 1) cannot("hash");
    return other;
}

std::string Sha256::finish()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), hash.data(), &size) != 1) cannot("hash");
    return {reinterpret_cast<const char*>(hash.data()), size};
}

std::optional<PublicKey> PublicKey::parse(Algorithm algorithm, std::string_view octets)
{
    if (octets.size() > longest_key) return std::nullopt;
    Key key;
    if (algorithm == Algorithm::rsa_sha256)
        key = parse_rsa(octets);
    else if (octets.size() == ed25519_octets)
        key = owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(octets), octets.size()));
    ERR_clear_error(); // what was no key is no fault of ours
    if (!key) return std::nullopt;
    return PublicKey(algorithm, std::move(key));
}

int PublicKey::bits() const
{
    return EVP_PKEY_get_bits(key_.get());
}

bool PublicKey::holds(std::string_view hash, std::string_view signature) const
{
    bool good = false;
    if (algorithm_ == Algorithm::rsa_sha256) {
        const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
        good = prepare_rsa(context.get(), &EVP_PKEY_verify_init) &&
               EVP_PKEY_verify(context.get(), octets_of(signature), signature.size(), octets_of(hash),
                               hash.size()) == 1;
    } else { // the hash is the message that is signed, RFC 8463 §3
        good = signature.size() == crypto_sign_BYTES &&
               crypto_sign_verify_detached(octets_of(signature), octets_of(hash), hash.size(),
                                           ed25519_octets_of(key_.get()).data()) == 0;
    }
    ERR_clear_error();
    return good;
}

PrivateKey PrivateKey::make(Algorithm algorithm)
{
    Key key = algorithm == Algorithm::rsa_sha256
                  ? owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{new_rsa_bits}))
                  : owned(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    if (!key) cannot("make a key for DKIM");
    return {algorithm, std::move(key)};
}

std::optional<PrivateKey> PrivateKey::parse(std::string_view der)
{
    if (der.size() > longest_key) return std::nullopt;
    const unsigned char* at = octets_of(der);
    Key key = owned(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size())));
    ERR_clear_error();
    const int type = key ? EVP_PKEY_get_base_id(key.get()) : EVP_PKEY_NONE;
    if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519) return std::nullopt;
    const Algorithm algorithm = algorithm_of(key.get());
    return PrivateKey(algorithm, std::move(key));
}

std::string PrivateKey::der() const
{
    PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key_.get());
    if (!info) cannot("write a key");
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, void (*)(PKCS8_PRIV_KEY_INFO*)> owner(
        info, &PKCS8_PRIV_KEY_INFO_free);
    return written([info](unsigned char** out) { return i2d_PKCS8_PRIV_KEY_INFO(info, out); });
}

std::string PrivateKey::public_octets() const
{
    if (algorithm_ == Algorithm::rsa_sha256)
        return written([this](unsigned char** out) { return i2d_PUBKEY(key_.get(), out); });
    const auto octets = ed25519_octets_of(key_.get());
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

std::string PrivateKey::sign(std::string_view hash) const
{
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = signature.size();
    auto* const out = reinterpret_cast<unsigned char*>(signature.data());
    bool good = false;
    if (algorithm_ == Algorithm::rsa_sha256) {
        const KeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr));
        good = prepare_rsa(context.get(), &EVP_PKEY_sign_init) &&
               EVP_PKEY_sign(context.get(), out, &size, octets_of(hash), hash.size()) == 1;
    } else {
        const DigestContext context(EVP_MD_CTX_new());
        good = context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
               EVP_DigestSign(context.get(), out, &size, octets_of(hash), hash.size()) == 1;
    }
    if (!good) {
        ERR_clear_error();
        cannot("sign");
    }
    signature.resize(size);
    return signature;
}

} // namespace pillarbox::dkim

#include "tests/support/token_maker.hpp"

#include "server/base/base64.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace pillarbox::test {

namespace {

constexpr int p256_octets = 32;

void need(int outcome)
{
    if (outcome != 1) throw std::runtime_error("OpenSSL cannot make the token");
}

/// The numbers r and s of an ECDSA signature in DER, one behind the other.
std::string without_der(const std::string& der)
{
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), &ECDSA_SIG_free);
    std::array<unsigned char, std::size_t{2} * p256_octets> numbers{};
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), numbers.data(), p256_octets);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), numbers.data() + p256_octets, p256_octets);
    return {numbers.begin(), numbers.end()};
}

} // namespace

std::string base64url_encode(std::string_view octets)
{
    std::string text = base64_encode(octets);
    for (char& c : text) {
        if (c == '+') c = '-';
        if (c == '/') c = '_';
    }
    text.resize(text.find_last_not_of('=') + 1);
    return text;
}

TokenMaker::TokenMaker(Key key, unsigned bits) : kind_(key)
{
    EVP_PKEY* made = nullptr;
    if (key == Key::rsa) made = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits});
    if (key == Key::p256) made = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
    if (key == Key::ed25519) made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    need(made != nullptr);
    key_.reset(made, &EVP_PKEY_free);
}

std::string TokenMaker::jwk(std::string_view id, std::string_view members) const
{
    std::string text = "{\"kid\":\"" + std::string(id) + "\"," + std::string(members);
    switch (kind_) {
    case Key::rsa:
        text += R"("kty":"RSA","n":")" + parameter(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
                parameter(OSSL_PKEY_PARAM_RSA_E);
        break;
    case Key::p256:
        text += R"("kty":"EC","crv":"P-256","x":")" + parameter(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
                parameter(OSSL_PKEY_PARAM_EC_PUB_Y);
        break;
    case Key::ed25519: {
        std::array<unsigned char, 32> octets{};
        std::size_t size = octets.size();
        need(EVP_PKEY_get_raw_public_key(key_.get(), octets.data(), &size));
        text += R"("kty":"OKP","crv":"Ed25519","x":")" +
                base64url_encode(std::string(octets.begin(), octets.end()));
        break;
    }
    }
    return text + "\"}";
}

std::string TokenMaker::key_set() const
{
    return R"({"keys":[)" + jwk("1") + "]}";
}

std::string TokenMaker::sign(std::string_view header, std::string_view claims, bool der) const
{
    const std::string octets = base64url_encode(header) + '.' + base64url_encode(claims);
    return octets + '.' + base64url_encode(signature(octets, der));
}

std::string TokenMaker::token(std::string_view claims) const
{
    const char* const name = kind_ == Key::rsa ? "RS256" : kind_ == Key::p256 ? "ES256" : "EdDSA";
    return sign(std::string(R"({"alg":")") + name + R"(","typ":"JWT","kid":"1"})", claims);
}

/// A number of the key.
std::string TokenMaker::parameter(const char* name) const
{
    BIGNUM* number = nullptr;
    need(EVP_PKEY_get_bn_param(key_.get(), name, &number));
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> owner(number, &BN_free);
    const int least = kind_ == Key::p256 ? p256_octets : BN_num_bytes(number);
    std::string octets(static_cast<std::size_t>(least), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(octets.data()), least);
    return base64url_encode(octets);
}

std::string TokenMaker::signature(std::string_view octets, bool der) const
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    const EVP_MD* digest = kind_ == Key::ed25519 ? nullptr : EVP_sha256();
    need(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()));
    const auto* data = reinterpret_cast<const unsigned char*>(octets.data());
    std::string made(1024, '\0');
    std::size_t size = made.size();
    need(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, data,
                        octets.size()));
    made.resize(size);
    return kind_ == Key::p256 && !der ? without_der(made) : made;
}

} // namespace pillarbox::test

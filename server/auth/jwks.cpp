#include "server/auth/jwks.hpp"

#include "server/auth/json_text.hpp"
#include "server/base/base64.hpp"

#include <boost/json/array.hpp>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>

namespace pillarbox::auth {

namespace {

namespace json = boost::json;
using jwt::Algorithm;

constexpr std::size_t most_keys = 100;
constexpr std::size_t coordinate_octets = 32; // P-256, and Ed25519's key
constexpr int least_rsa_bits = 2048;          // RFC 7518 §3.3
constexpr int most_rsa_bits = 8192;           // more takes long to check

template <auto Free>
struct Freer
{
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};
using Number = std::unique_ptr<BIGNUM, Freer<&BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<&OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<&EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freer<&EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freer<&ECDSA_SIG_free>>;
using PublicKey = std::shared_ptr<EVP_PKEY>;

const unsigned char* octets_of(const std::string& text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

Number number_of(std::string_view octets)
{
    return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()),
                            static_cast<int>(octets.size()), nullptr));
}

/// A member in base64url; empty when it is missing or none.
std::string octets_member(const json::object& key, std::string_view name)
{
    const auto text = text_member(key, name);
    return text ? base64url_decode(*text).value_or("") : std::string();
}

PublicKey from_parameters(const char* type, OSSL_PARAM_BLD* builder)
{
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return {key, &EVP_PKEY_free};
}

/// RFC 7518 §6.3.1.
PublicKey rsa_key(const json::object& key)
{
    const std::string n = octets_member(key, "n");
    const std::string e = octets_member(key, "e");
    if (n.empty() || e.empty()) return nullptr;
    const Number modulus = number_of(n);
    const Number exponent = number_of(e);
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder) return nullptr;
    const int bits = BN_num_bits(modulus.get());
    if (bits < least_rsa_bits || bits > most_rsa_bits || BN_is_odd(modulus.get()) != 1) return nullptr;
    if (BN_is_odd(exponent.get()) != 1 || BN_is_one(exponent.get()) == 1) return nullptr;
    if (OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return nullptr;
    return from_parameters("RSA", builder.get());
}

/// RFC 7518 §6.2.1. OpenSSL refuses a point that is not on the curve.
PublicKey p256_key(const json::object& key)
{
    const std::string x = octets_member(key, "x");
    const std::string y = octets_member(key, "y");
    if (x.size() != coordinate_octets || y.size() != coordinate_octets) return nullptr;
    const std::string point = '\x04' + x + y; // uncompressed
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        return nullptr;
    return from_parameters("EC", builder.get());
}

/// RFC 8037 §2.
PublicKey ed25519_key(const json::object& key)
{
    const std::string x = octets_member(key, "x");
    if (x.size() != coordinate_octets) return nullptr;
    return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(x), x.size()), &EVP_PKEY_free};
}

/// How a kind of key is told, and made.
struct Kind
{
    std::string_view type;  // RFC 7517 §4.1
    std::string_view curve; // empty: it has none
    std::string_view name;  // RFC 7517 §4.4
    Algorithm algorithm;
    PublicKey (*make)(const json::object& key);
};
constexpr std::array<Kind, 3> kinds{Kind{"RSA", "", "RS256", Algorithm::rs256, &rsa_key},
                                    Kind{"EC", "P-256", "ES256", Algorithm::es256, &p256_key},
                                    Kind{"OKP", "Ed25519", "EdDSA", Algorithm::ed25519, &ed25519_key}};

const Kind* kind_of(const json::object& key)
{
    const auto type = text_member(key, "kty").value_or("");
    const auto curve = text_member(key, "crv").value_or("");
    const auto found = std::ranges::find_if(kinds, [type, curve](const Kind& kind) {
        return kind.type == type && (kind.curve.empty() || kind.curve == curve);
    });
    return found == kinds.end() ? nullptr : &*found;
}

/// Whether it is there to check signatures, with that algorithm: RFC 7517 §4.2
/// to §4.4.
bool for_signatures(const json::object& key, const Kind& kind)
{
    if (key.contains("use") && text_member(key, "use") != "sig") return false;
    if (key.contains("alg") && text_member(key, "alg") != kind.name) return false;
    const json::value* operations = key.if_contains("key_ops");
    if (!operations) return true;
    return operations->is_array() &&
           std::ranges::find(operations->get_array(), json::value("verify")) != operations->get_array().end();
}

/// ES256 has two numbers of 32 octets (RFC 7518 §3.4), OpenSSL wants DER; empty
/// when it is none.
std::string der_of(const std::string& signature)
{
    if (signature.size() != 2 * coordinate_octets) return {};
    Number r = number_of(std::string_view(signature).substr(0, coordinate_octets));
    Number s = number_of(std::string_view(signature).substr(coordinate_octets));
    const Signature pair(ECDSA_SIG_new());
    if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
    static_cast<void>(r.release()); // they are the pair's now
    static_cast<void>(s.release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(pair.get(), &der);
    if (size <= 0) return {};
    std::string octets(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return octets;
}

bool signature_holds(EVP_PKEY* key, const jwt::Token& token)
{
    const bool ecdsa = token.algorithm == Algorithm::es256;
    const std::string signature = ecdsa ? der_of(token.signature) : token.signature;
    const EVP_MD* digest = token.algorithm == Algorithm::ed25519 ? nullptr : EVP_sha256();
    const DigestContext context(EVP_MD_CTX_new());
    ERR_clear_error();
    return context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), octets_of(signature), signature.size(),
                            octets_of(token.signed_octets), token.signed_octets.size()) == 1;
}

} // namespace

KeySet::KeySet(std::string_view text)
{
    const auto set = parse_object(text);
    const json::value* keys = set ? set->if_contains("keys") : nullptr;
    if (!keys || !keys->is_array())
        throw std::runtime_error("it is no JWK Set (RFC 7517), which is {\"keys\": [...]} in JSON");
    if (keys->get_array().size() > most_keys)
        throw std::runtime_error("it has more than " + std::to_string(most_keys) + " keys");
    for (std::size_t i = 0; i < keys->get_array().size(); ++i) {
        const json::value& entry = keys->get_array()[i];
        const auto note = [this, i](const char* why) {
            notes_.push_back("key " + std::to_string(i + 1) + ": " + why);
        };
        const json::object* object = entry.if_object();
        const Kind* kind = object ? kind_of(*object) : nullptr;
        if (!kind) {
            note("it is neither RSA nor P-256 nor Ed25519");
            continue;
        }
        if (!for_signatures(*object, *kind)) {
            note("it is not for signatures with RS256, ES256 or EdDSA");
            continue;
        }
        PublicKey key = kind->make(*object);
        if (!key) {
            note("it is malformed, or RSA of fewer than 2048 or more than 8192 bits");
            continue;
        }
        std::optional<std::string> id;
        if (const auto name = text_member(*object, "kid")) id = std::string(*name);
        keys_.push_back({kind->algorithm, std::move(id), std::move(key)});
    }
    if (keys_.empty())
        throw std::runtime_error("it has no key for RS256 (RSA), ES256 (P-256) or EdDSA (Ed25519)");
}

std::optional<Refusal> KeySet::refuses(const jwt::Token& token) const
{
    bool found = false;
    for (const Key& key : keys_) {
        if (key.algorithm != token.algorithm || (token.key_id && key.id != token.key_id)) continue;
        found = true;
        if (signature_holds(key.key.get(), token)) return std::nullopt;
    }
    if (!found) return Refusal{"there is no key of its id for its algorithm"};
    return Refusal{"its signature is wrong"};
}

} // namespace pillarbox::auth

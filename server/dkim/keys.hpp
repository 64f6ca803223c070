#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// OpenSSL stays in the source.
struct evp_pkey_st;
struct evp_md_ctx_st;

namespace pillarbox::dkim {

/// What messages are signed with: RFC 6376 §3.3.2, RFC 8463 §3. rsa-sha1 is
/// none any more, RFC 8301 §3.1.
enum class Algorithm
{
    rsa_sha256,
    ed25519_sha256
};

/// As a= has it, and k= of a key record.
std::string_view name_of(Algorithm algorithm);
std::string_view key_type_of(Algorithm algorithm);

/// SHA-256 of what comes in pieces.
class Sha256
{
public:
    Sha256();
    void add(std::string_view octets);

    /// Another one that has come as far.
    Sha256 copy() const;

    /// 32 octets. Once.
    std::string finish();

private:
    std::shared_ptr<evp_md_ctx_st> context_;
};

/// Checks signatures. Immutable; any thread may use it.
class PublicKey
{
public:
    /// From p= of a key record, decoded: for RSA a SubjectPublicKeyInfo or an
    /// RSAPublicKey, for both were meant by RFC 6376 §3.6.1 (erratum 3017); for
    /// Ed25519 the 32 octets of RFC 8463 §4. Nothing for what is no such key.
    static std::optional<PublicKey> parse(Algorithm algorithm, std::string_view octets);

    int bits() const;

    /// Whether `signature` is one of this 32-octet hash.
    bool holds(std::string_view hash, std::string_view signature) const;

private:
    PublicKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
        : algorithm_(algorithm), key_(std::move(key))
    {}

    Algorithm algorithm_;
    std::shared_ptr<evp_pkey_st> key_;
};

/// Makes signatures. Immutable; any thread may use it.
class PrivateKey
{
public:
    /// A new key: RSA of 2048 bits (RFC 8301 §3.2), which takes some 100 ms, or
    /// Ed25519. Throws std::runtime_error when this machine's OpenSSL cannot.
    static PrivateKey make(Algorithm algorithm);

    /// From what der() returned. Nothing for anything else.
    static std::optional<PrivateKey> parse(std::string_view der);

    /// PKCS#8: to be kept where nobody reads it.
    std::string der() const;

    Algorithm algorithm() const { return algorithm_; }

    /// What PublicKey::parse() takes.
    std::string public_octets() const;

    /// Signs a 32-octet hash: RSA takes a millisecond. Throws std::runtime_error
    /// when this machine's OpenSSL cannot.
    std::string sign(std::string_view hash) const;

private:
    PrivateKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
        : algorithm_(algorithm), key_(std::move(key))
    {}

    Algorithm algorithm_;
    std::shared_ptr<evp_pkey_st> key_;
};

} // namespace pillarbox::dkim

#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace pillarbox::test {

/// A provider of bearer tokens, with one key of its own.
class TokenMaker
{
public:
    enum class Key
    {
        rsa,
        p256,
        ed25519
    };

    /// `bits` are an RSA key's.
    explicit TokenMaker(Key key, unsigned bits = 2048);

    /// The public key as RFC 7517 has it, with "kid" and whatever `members` adds,
    /// `"use":"sig",` for example.
    std::string jwk(std::string_view id, std::string_view members = {}) const;

    /// A JWK Set of it alone, under the id "1".
    std::string key_set() const;

    /// A token of header and claims, which are JSON, signed as the key does it;
    /// with `der` an ECDSA signature is in the form that OpenSSL wants.
    std::string sign(std::string_view header, std::string_view claims, bool der = false) const;

    /// One with the right header for key_set().
    std::string token(std::string_view claims) const;

private:
    std::string parameter(const char* name) const;
    std::string signature(std::string_view octets, bool der) const;

    Key kind_;
    std::shared_ptr<evp_pkey_st> key_;
};

std::string base64url_encode(std::string_view octets);

} // namespace pillarbox::test

#include "web/http/secret.hpp"

#include "server/base/random.hpp"

#include <sodium.h>

#include <array>

namespace pillarbox::http {

namespace {

const unsigned char* octets_of(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t N>
std::string_view text_of(const std::array<unsigned char, N>& octets)
{
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

} // namespace

std::string base64url(std::string_view octets)
{
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(octets.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), octets_of(octets), octets.size(), variant);
    text.pop_back(); // the NUL it ends with
    return text;
}

std::string random_token()
{
    return base64url(random_octets(32));
}

std::string sha256(std::string_view text)
{
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), octets_of(text), text.size());
    std::string hex(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
    hex.pop_back();
    return hex;
}

std::string mac(std::string_view key, std::string_view text)
{
    crypto_auth_hmacsha256_state state;
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
    crypto_auth_hmacsha256_init(&state, octets_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, octets_of(text), text.size());
    crypto_auth_hmacsha256_final(&state, digest.data());
    return base64url(text_of(digest));
}

bool same_secret(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace pillarbox::http

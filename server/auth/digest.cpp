#include "server/auth/digest.hpp"

#include "server/base/base64.hpp"
#include "server/base/random.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <array>
#include <stdexcept>

namespace pillarbox::auth {

namespace {

constexpr char version = 1; // of the sealed form, in front of the nonce
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* octets(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* octets(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

/// What the ciphertext is bound to. The NUL keeps "a" + "bc" from "ab" + "c";
/// an address holds none.
std::string place(std::string_view address, std::string_view label)
{
    std::string text(address);
    text += '\0';
    text += label;
    return text;
}

void check_key(std::string_view key)
{
    if (key.size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
        throw std::invalid_argument("the server's key must have 32 octets");
}

std::string hex(const std::array<unsigned char, EVP_MAX_MD_SIZE>& digest, unsigned size)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

} // namespace

std::string seal(std::string_view key, std::string_view address, std::string_view label,
                 std::string_view password)
{
    check_key(key);
    // 192 random bits: never the same twice, without a counter to keep.
    const std::string nonce = random_octets(nonce_size);
    const std::string bound_to = place(address, label);
    std::string cipher(password.size() + tag_size, '\0');
    unsigned long long size = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(octets(cipher), &size, octets(password), password.size(),
                                               octets(bound_to), bound_to.size(), nullptr, octets(nonce),
                                               octets(key));
    return base64_encode(version + nonce + cipher);
}

std::optional<std::string> unseal(std::string_view key, std::string_view address, std::string_view label,
                                  std::string_view sealed)
{
    check_key(key);
    const auto raw = base64_decode(sealed);
    if (!raw || raw->size() < 1 + nonce_size + tag_size || raw->front() != version) return std::nullopt;
    const std::string_view nonce = std::string_view(*raw).substr(1, nonce_size);
    const std::string_view cipher = std::string_view(*raw).substr(1 + nonce_size);
    const std::string bound_to = place(address, label);
    std::string password(cipher.size() - tag_size, '\0');
    unsigned long long size = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(octets(password), &size, nullptr, octets(cipher),
                                                   cipher.size(), octets(bound_to), bound_to.size(),
                                                   octets(nonce), octets(key)) != 0)
        return std::nullopt;
    return password;
}

std::string apop_digest(std::string_view timestamp, std::string_view secret)
{
    std::string text(timestamp);
    text += secret;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) return {};
    return hex(digest, size);
}

std::string cram_digest(std::string_view challenge, std::string_view secret)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_md5(), secret.data(), static_cast<int>(secret.size()), octets(challenge), challenge.size(),
             digest.data(), &size) == nullptr)
        return {};
    return hex(digest, size);
}

bool equal_in_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace pillarbox::auth

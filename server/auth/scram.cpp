#include "server/auth/scram.hpp"

#include "server/auth/digest.hpp"
#include "server/base/precis.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace pillarbox::auth::scram {

namespace {

constexpr std::size_t salt_octets = 16;
constexpr std::size_t sha1_octets = 20;
constexpr std::size_t sha256_octets = 32;

const EVP_MD* algorithm(Hash hash)
{
    return hash == Hash::sha1 ? EVP_sha1() : EVP_sha256();
}

const unsigned char* octets(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string text_of(const std::array<unsigned char, EVP_MAX_MD_SIZE>& digest, unsigned size)
{
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string hmac(Hash hash, std::string_view key, std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(algorithm(hash), key.data(), static_cast<int>(key.size()), octets(text), text.size(),
             digest.data(), &size) == nullptr)
        throw std::runtime_error("OpenSSL refuses HMAC");
    return text_of(digest, size);
}

std::string digest_of(Hash hash, std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, algorithm(hash), nullptr) != 1)
        throw std::runtime_error("OpenSSL refuses a digest");
    return text_of(digest, size);
}

/// In the place of a device's label; a label holds no control character.
std::string place(std::string_view label)
{
    return "\x01scram\x01" + std::string(label);
}

} // namespace

Keys make_keys(Hash hash, std::string_view password, std::string_view salt, unsigned rounds)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> salted{};
    const auto size = static_cast<unsigned>(EVP_MD_get_size(algorithm(hash)));
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), octets(salt),
                          static_cast<int>(salt.size()), static_cast<int>(rounds), algorithm(hash),
                          static_cast<int>(size), salted.data()) != 1)
        throw std::runtime_error("OpenSSL refuses PBKDF2");
    const std::string salted_password = text_of(salted, size);
    return {.stored = digest_of(hash, hmac(hash, salted_password, "Client Key")),
            .server = hmac(hash, salted_password, "Server Key")};
}

std::optional<std::string> check(Hash hash, const Keys& keys, std::string_view messages,
                                 std::string_view proof)
{
    std::string client_key = hmac(hash, keys.stored, messages); // so far the ClientSignature
    if (client_key.size() != proof.size()) return std::nullopt;
    for (std::size_t i = 0; i < proof.size(); ++i)
        client_key[i] = static_cast<char>(client_key[i] ^ proof[i]);
    if (!equal_in_constant_time(digest_of(hash, client_key), keys.stored)) return std::nullopt;
    return hmac(hash, keys.server, messages);
}

std::string salt_for(std::string_view key, std::string_view user)
{
    const std::string name =
        "SCRAM salt of " + precis::user_name_to_find(user.substr(0, user.find_first_of("+@")));
    return hmac(Hash::sha256, key, name).substr(0, salt_octets);
}

std::string make_verifier(std::string_view key, std::string_view address, std::string_view label,
                          std::string_view password)
{
    const std::string salt = salt_for(key, address);
    const Keys sha1 = make_keys(Hash::sha1, password, salt, iterations);
    const Keys sha256 = make_keys(Hash::sha256, password, salt, iterations);
    return seal(key, address, place(label), sha1.stored + sha1.server + sha256.stored + sha256.server);
}

std::optional<Keys> open_verifier(std::string_view key, std::string_view address, std::string_view label,
                                  std::string_view verifier, Hash hash)
{
    if (verifier.empty()) return std::nullopt;
    const auto all = unseal(key, address, place(label), verifier);
    if (!all || all->size() != 2 * (sha1_octets + sha256_octets)) return std::nullopt;
    const std::size_t begin = hash == Hash::sha1 ? 0 : 2 * sha1_octets;
    const std::size_t size = hash == Hash::sha1 ? sha1_octets : sha256_octets;
    return Keys{.stored = all->substr(begin, size), .server = all->substr(begin + size, size)};
}

} // namespace pillarbox::auth::scram

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The arithmetic of SCRAM, RFC 5802 §3 and RFC 7677.
namespace pillarbox::auth::scram {

enum class Hash : std::uint8_t
{
    sha1,
    sha256
};

/// Rounds of PBKDF2: about the time of one argon2id. What they lead to is kept
/// sealed besides.
inline constexpr unsigned iterations = 50'000;

/// What a server keeps: with it a client can be checked, but nobody can be one.
struct Keys
{
    std::string stored; // StoredKey
    std::string server; // ServerKey

    bool operator==(const Keys&) const = default;
};

/// Takes `iterations` rounds: off the reactor.
Keys make_keys(Hash hash, std::string_view password, std::string_view salt, unsigned iterations);

/// The ServerSignature when `proof` was made of the password that `keys` were
/// made of, and of these messages (the AuthMessage); otherwise nothing.
std::optional<std::string> check(Hash hash, const Keys& keys, std::string_view messages,
                                 std::string_view proof);

/// The salt for a user: always the same, also for one that does not exist, and
/// known before anybody was looked up. `key` is the server's. A domain and
/// what follows a '+' do not count: people leave them out.
std::string salt_for(std::string_view key, std::string_view user);

/// What the store keeps of a password for SCRAM with either hash: Keys, sealed
/// with the server's key and bound to their place (digest.hpp). Takes twice
/// `iterations` rounds: off the reactor.
std::string make_verifier(std::string_view key, std::string_view address, std::string_view label,
                          std::string_view password);

/// The keys in it; nothing when there are none, or another key sealed them.
std::optional<Keys> open_verifier(std::string_view key, std::string_view address, std::string_view label,
                                  std::string_view verifier, Hash hash);

} // namespace pillarbox::auth::scram

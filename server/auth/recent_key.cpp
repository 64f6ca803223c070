#include "server/auth/recent_key.hpp"

#include <sodium.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace pillarbox::auth {

namespace {

const unsigned char* octets(const void* of)
{
    return static_cast<const unsigned char*>(of);
}

} // namespace

RecentKey::RecentKey()
{
    if (sodium_init() < 0)
        throw std::runtime_error(
            "libsodium cannot be used on this machine: it found no source of randomness");
    randombytes_buf(secret_.data(), secret_.size());
}

RecentKey::Octets RecentKey::of(Parts parts) const
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, secret_.data(), secret_.size(), std::tuple_size_v<Octets>);
    for (const std::string_view part : parts) {
        const std::uint64_t length = part.size();
        crypto_generichash_update(&state, octets(&length), sizeof length);
        crypto_generichash_update(&state, octets(part.data()), part.size());
    }
    Octets name;
    crypto_generichash_final(&state, name.data(), name.size());
    sodium_memzero(&state, sizeof state);
    return name;
}

std::size_t RecentKey::Hash::operator()(const Octets& octets) const
{
    std::size_t first = 0;
    std::memcpy(&first, octets.data(), sizeof first);
    return first;
}

} // namespace pillarbox::auth

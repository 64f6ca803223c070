#include "server/auth/recent_passwords.hpp"

#include <sodium.h>

#include <cstring>
#include <stdexcept>

namespace pillarbox::auth {

namespace {

/// Behind its length, so that no two of them run together to the same octets.
void add(crypto_generichash_state& state, std::string_view text)
{
    const std::uint64_t length = text.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&length), sizeof length);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

} // namespace

RecentPasswords::RecentPasswords(std::chrono::seconds life, std::size_t capacity)
    : life_(life), capacity_(capacity)
{
    if (sodium_init() < 0)
        throw std::runtime_error(
            "libsodium cannot be used on this machine: it found no source of randomness");
    randombytes_buf(secret_.data(), secret_.size());
}

bool RecentPasswords::know(storage::AccountId account, std::string_view hash, std::string_view password,
                           Time now) const
{
    if (life_.count() == 0) return false;
    const Key key = key_of(account, hash, password);
    const std::lock_guard lock(mutex_);
    const auto found = by_key_.find(key);
    return found != by_key_.end() && now < found->second->until;
}

void RecentPasswords::remember(storage::AccountId account, std::string_view hash, std::string_view password,
                               Time now)
{
    if (life_.count() == 0) return;
    const Key key = key_of(account, hash, password);
    const std::lock_guard lock(mutex_);
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        entries_.erase(found->second);
        by_key_.erase(found);
    }
    while (!entries_.empty() && (entries_.size() >= capacity_ || now >= entries_.back().until)) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
    entries_.push_front({.key = key, .until = now + life_});
    by_key_.emplace(key, entries_.begin());
}

std::size_t RecentPasswords::size() const
{
    const std::lock_guard lock(mutex_);
    return entries_.size();
}

std::size_t RecentPasswords::First::operator()(const Key& key) const
{
    std::size_t first = 0;
    std::memcpy(&first, key.data(), sizeof first);
    return first;
}

RecentPasswords::Key RecentPasswords::key_of(storage::AccountId account, std::string_view hash,
                                             std::string_view password) const
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, secret_.data(), secret_.size(), std::tuple_size_v<Key>);
    const auto number = static_cast<std::uint64_t>(account);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&number), sizeof number);
    add(state, hash);
    add(state, password);
    Key key;
    crypto_generichash_final(&state, key.data(), key.size());
    sodium_memzero(&state, sizeof state);
    return key;
}

} // namespace pillarbox::auth

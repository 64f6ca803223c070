#pragma once

#include "storage/types.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace pillarbox::auth {

/// Passwords that fitted a short while ago, for `auth.cache`: who polls every
/// minute need not have a costly hash computed each time. A password itself is
/// not kept, only BLAKE2b of account, stored hash and password under a key of
/// this object's own, which is random and never leaves the process. As the
/// stored hash is part of it, nothing fits that has been changed since. What is
/// wrong is not remembered: it costs what it always costs, so that only who
/// knows the password can tell whether it was here. Any thread may call it.
class RecentPasswords
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// A password is known for `life` from when it was verified, however often
    /// it is used; 0: not at all. One more than `capacity` forgets that which
    /// was verified first, and so would go next anyway.
    explicit RecentPasswords(std::chrono::seconds life, std::size_t capacity = 10'000);

    /// Whether `hash`, the stored one, was made of `password`, as far as is known.
    bool know(storage::AccountId account, std::string_view hash, std::string_view password, Time now) const;

    /// It was verified that it was.
    void remember(storage::AccountId account, std::string_view hash, std::string_view password, Time now);

    std::size_t size() const;

private:
    using Key = std::array<unsigned char, 32>;
    struct First // of a digest under a secret key, any part is as good as another
    {
        std::size_t operator()(const Key& key) const;
    };
    struct Entry
    {
        Key key;
        Time until;
    };

    Key key_of(storage::AccountId account, std::string_view hash, std::string_view password) const;

    const std::chrono::seconds life_;
    const std::size_t capacity_;
    Key secret_;

    mutable std::mutex mutex_;
    std::list<Entry> entries_; // that which was verified last in front
    std::unordered_map<Key, std::list<Entry>::iterator, First> by_key_;
};

} // namespace pillarbox::auth

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::auth {

/// Longest user name and password that are looked at, in octets; a longer one
/// is wrong before anything is hashed.
inline constexpr std::size_t longest_user_name = 254; // RFC 5321 §4.5.3.1.3, without its brackets
inline constexpr std::size_t longest_password = 256;

/// What one guess shall cost: argon2id with one lane, RFC 9106.
struct HashCost
{
    unsigned passes = 2;  // t
    unsigned kib = 19456; // m

    bool operator==(const HashCost&) const = default;
};

/// For app passwords: the least that argon2id knows, some 50 µs. They carry
/// 100 random bits of ours, which no guessing gets through however cheap a
/// guess is; in return a device that asks for mail every minute costs nothing.
/// Never for a password that a person chose.
inline constexpr HashCost app_password_cost{.passes = 1, .kib = 64};

/// `$argon2id$v=19$m=19456,t=2,p=1$...`, with a salt of its own. Takes
/// milliseconds: off the reactor. Throws std::bad_alloc without the memory, and
/// std::invalid_argument for a cost outside what argon2id can do.
std::string hash_password(std::string_view password, HashCost cost);

/// Whether `hash` was made of `password`. A hash that cannot be read fits none.
bool verify_password(const std::string& hash, std::string_view password);

/// The cost `hash` was made with; passes is 0 when it is no argon2id hash.
HashCost cost_of(std::string_view hash);

/// Whether `hash` is cheaper in any way than `wanted`, and should be made anew
/// while the password is at hand.
bool needs_rehash(std::string_view hash, HashCost wanted);

/// How a password is tried: as RFC 8265 §4.2 prepares it, in which form passwords
/// are set; then as it came, where that is something else, for hashes from
/// before that was done. Never none. How many there are depends on nothing but
/// the password, so that nobody learns from the time who exists.
std::vector<std::string> forms_of(const std::string& password);

/// An app password: 20 letters and digits in groups of five, 100 random bits.
std::string generate_app_password();

} // namespace pillarbox::auth

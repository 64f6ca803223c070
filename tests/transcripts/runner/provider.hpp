#pragma once

#include <string>
#include <string_view>

/// The provider whose tokens every transcript's server takes, where
/// auth.mechanisms has a mechanism for them.
namespace pillarbox::transcripts::provider {

inline constexpr std::string_view issuer = "https://login.example.test";
inline constexpr std::string_view audience = "mail";

/// Its JWK Set.
std::string key_set();

/// A token for that account, good for an hour, or one that has expired.
std::string token_for(std::string_view address, bool expired);

} // namespace pillarbox::transcripts::provider

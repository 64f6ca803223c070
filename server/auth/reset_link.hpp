#pragma once

#include "storage/reset_links.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// How long a link to set a password can be used.
inline constexpr std::chrono::hours reset_link_life{24};

/// A link to set an account's password: what is kept of it, and the code, which is
/// shown once.
struct NewResetLink
{
    storage::ResetLink stored;
    std::string code; // 160 random bits, letters and digits
};

/// As of now.
NewResetLink make_reset_link(storage::AccountId account);

/// Under which a code as somebody brings it is kept. A plain hash, for nobody guesses
/// that many bits.
std::string digest_of_code(std::string_view code);

/// The page where a password is set with the code, at `origin`, such as
/// "https://mail.example.org". The code stands behind a '#', which browsers send to
/// nobody: it is in no server's log.
std::string reset_url(std::string_view origin, std::string_view code);

} // namespace pillarbox::auth

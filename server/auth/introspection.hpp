#pragma once

#include "server/auth/token_claims.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// What a provider is asked about a token, and what its answer means: RFC 7662.
namespace pillarbox::auth::introspection {

inline constexpr std::string_view content_type = "application/x-www-form-urlencoded";

/// The question's body, RFC 7662 §2.1.
std::string question(std::string_view token);

/// What Authorization says with a client's password, RFC 6749 §2.3.1.
std::string authorization(std::string_view client_id, std::string_view secret);

/// RFC 7662 §2.2, and whatever claims the answer has are held against the rules.
TokenVerdict judge(unsigned status, std::string_view body, const ClaimRules& rules,
                   std::chrono::sys_seconds now);

} // namespace pillarbox::auth::introspection

#pragma once

#include <string>
#include <string_view>

namespace pillarbox::http {

/// 256 random bits as base64url, 43 characters.
std::string random_token();

/// SHA-256 as lower-case hex.
std::string sha256(std::string_view text);

/// HMAC-SHA-256 of `text` as base64url. A key of any length.
std::string mac(std::string_view key, std::string_view text);

/// Whether both are the same, in a time that tells nothing about where they differ.
bool same_secret(std::string_view a, std::string_view b);

std::string base64url(std::string_view octets);

} // namespace pillarbox::http

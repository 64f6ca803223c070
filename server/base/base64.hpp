#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox {

/// RFC 4648 §4, with padding and without line ends.
std::string base64_encode(std::string_view octets);

/// Strict: complete groups, padding only at the end, no other characters, no
/// stray bits (RFC 4648 §3.5). For SASL and HTTP; mail bodies are decoded by
/// mime/transfer, which forgives.
std::optional<std::string> base64_decode(std::string_view text);

/// The same in the alphabet for URLs (RFC 4648 §5) and without padding, as
/// RFC 7515 §2 has it.
std::optional<std::string> base64url_decode(std::string_view text);

} // namespace pillarbox

#pragma once

#include "server/auth/key_file.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// APOP and CRAM-MD5 need the password itself. An app password made for them
/// is kept encrypted with the server's key (XChaCha20-Poly1305), and bound to
/// its place: an entry copied to another account or label opens no more.
/// Returns text. `key` is that of key_file.hpp.
std::string seal(std::string_view key, std::string_view address, std::string_view label,
                 std::string_view password);

/// The password again; nothing when `sealed` was damaged, moved, or made with
/// another key.
std::optional<std::string> unseal(std::string_view key, std::string_view address, std::string_view label,
                                  std::string_view sealed);

/// RFC 1939 §7: MD5 of `timestamp`, angle brackets included, followed by the
/// secret, in lower-case hex. Empty where this machine's OpenSSL forbids MD5.
std::string apop_digest(std::string_view timestamp, std::string_view secret);

/// RFC 2195: HMAC-MD5 of `challenge`, keyed with the secret, in lower-case hex.
/// Empty as above.
std::string cram_digest(std::string_view challenge, std::string_view secret);

/// Takes the same time wherever the two differ; their length is no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

} // namespace pillarbox::auth

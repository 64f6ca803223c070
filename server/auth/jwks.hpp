#pragma once

#include "server/auth/jwt.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// OpenSSL stays in the source.
struct evp_pkey_st;

namespace pillarbox::auth {

/// The public keys that a provider signs its tokens with: a JWK Set, RFC 7517
/// §5. Immutable; any thread may use it.
class KeySet
{
public:
    /// Throws std::runtime_error, with a sentence for people, when it is no JWK
    /// Set or has no key that can be used. A key that cannot, or is not for
    /// signatures, is passed over and noted (RFC 7517 §5).
    explicit KeySet(std::string_view text);

    /// Nothing when the signature holds. The key is the one that the token
    /// names, or where it names none any one, and must be of the token's
    /// algorithm: RFC 8725 §3.1.
    std::optional<Refusal> refuses(const jwt::Token& token) const;

    /// A sentence for each key that was passed over.
    const std::vector<std::string>& notes() const { return notes_; }

private:
    struct Key
    {
        jwt::Algorithm algorithm{};
        std::optional<std::string> id;
        std::shared_ptr<evp_pkey_st> key;
    };

    std::vector<Key> keys_;
    std::vector<std::string> notes_;
};

} // namespace pillarbox::auth

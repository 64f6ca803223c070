#pragma once

#include "server/dkim/signature.hpp"

#include <string>
#include <string_view>

namespace pillarbox::dkim {

/// A key as it is published, RFC 6376 §3.6.1.
struct KeyRecord
{
    PublicKey key;
    bool testing = false;           // t=y: who signs is trying it out
    bool identity_is_exact = false; // t=s: i= is of d= itself, not of a domain below it
};

/// The key in a TXT record, as `signature` needs it: of its type, for its hash,
/// for mail, neither revoked nor too weak nor larger than is worth the time
/// (RFC 8301 §3.2: 1024 bits at least, and 4096 must do; we take 8192).
Parsed<KeyRecord> parse_key_record(std::string_view text, const Signature& signature);

/// What is to be published for a key.
std::string key_record_text(const PrivateKey& key);

} // namespace pillarbox::dkim

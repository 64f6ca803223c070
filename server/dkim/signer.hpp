#pragma once

#include "server/dkim/canonical.hpp"
#include "server/dkim/keys.hpp"
#include "server/dkim/message.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim {

/// A key and where its public half is: at SELECTOR._domainkey.DOMAIN.
struct SigningKey
{
    std::string domain; // as DNS has it
    std::string selector;
    PrivateKey key;
};

/// Signs one message with one or several keys: it is hashed once. Relaxed in
/// header and body, and every field that matters is named once more than it is
/// there, so that none can be added (RFC 6376 §5.4, §8.15). Keeps the header
/// section and no more. For net::offload: RSA alone takes a millisecond.
class Signer
{
public:
    /// `now` goes into t=.
    Signer(std::vector<SigningKey> keys, std::chrono::sys_seconds now);
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;

    /// The next octets of the message, in wire form.
    void add(std::string_view octets);

    /// The message is over: the DKIM-Signature fields, each with its CRLF, to go
    /// on top of it. Empty when the header section is longer than mail may have
    /// it, has lines that are no fields, or no From, which must be signed. Once. Throws std::runtime_error
    /// when this machine's OpenSSL cannot sign.
    std::string finish();

private:
    std::vector<SigningKey> keys_;
    std::chrono::sys_seconds now_;
    HeadSplitter splitter_;
    Sha256 hash_;
    BodyCanonicalizer body_;
};

} // namespace pillarbox::dkim

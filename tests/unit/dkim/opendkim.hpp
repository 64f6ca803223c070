#pragma once

#include "server/dkim/keys.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::dkim::test {

/// libopendkim, which others sign and verify with: an opinion besides ours.
class OpenDkim
{
public:
    OpenDkim();
    ~OpenDkim();
    OpenDkim(const OpenDkim&) = delete;
    OpenDkim& operator=(const OpenDkim&) = delete;

    /// Whether it was built for signatures of Ed25519, RFC 8463.
    bool knows_ed25519() const;

    /// What SELECTOR._domainkey of whichever domain publishes.
    void publish(const std::string& selector, const std::string& record);

    /// A DKIM-Signature field of example.org with its CRLF, or why there is none: that has no
    /// colon behind its first word. `forms` as c= has them.
    std::string sign(std::string_view message, const PrivateKey& key, const std::string& selector,
                     std::string_view forms) const;

    /// "pass", or what it says instead.
    std::string verify(std::string_view message) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::dkim::test

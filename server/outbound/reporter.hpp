#pragma once

#include "server/mailflow/bounce.hpp"
#include "server/mailflow/signing.hpp"
#include "server/mailflow/srs.hpp"
#include "storage/queue.hpp"
#include "storage/store.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::outbound {

/// Makes what senders are told of their mail.
class Reporter
{
public:
    /// `srs` knows whose mail it was that an alias sent on. With `signer`, those
    /// that leave are signed.
    Reporter(storage::Store& store, std::string hostname, mailflow::Srs srs, mailflow::Signer* signer)
        : store_(store), hostname_(std::move(hostname)), srs_(std::move(srs)), signer_(signer)
    {}

    /// One message about those recipients of the claim, from the null path to its
    /// reverse-path, or to the one that was rewritten to it, wherever that leads,
    /// with the header section of what was sent; with all of it where something
    /// failed, RET=FULL was said, it is not too large and nobody outside gets it.
    /// None where there are no recipients, and for the null path: nothing is
    /// ever told of what was told (RFC 5321 §6.1). None either where the
    /// reverse-path leads nowhere, which is logged.
    boost::asio::awaitable<std::optional<storage::Delivery>>
    report(const storage::Claim& claim, std::vector<mailflow::RecipientReport> recipients);

private:
    std::string sender_of(const storage::Claim& claim) const;
    boost::asio::awaitable<std::optional<std::string>> text_of(const storage::Claim& claim, bool whole);

    storage::Store& store_;
    std::string hostname_;
    mailflow::Srs srs_;
    mailflow::Signer* signer_;
};

} // namespace pillarbox::outbound

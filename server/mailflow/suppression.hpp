#pragma once

#include "server/base/config.hpp"
#include "storage/dead_addresses.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// When an address elsewhere gets no more mail, by the settings.
struct SuppressionTerms
{
    std::uint32_t after = 0;       // failures one after the other; 0: never
    std::chrono::seconds lasts{0}; // from the last of them on

    /// What has failed last before this counts no more.
    storage::Time since(storage::Time now) const { return now - lasts + std::chrono::seconds(1); }

    /// When it ends for an address that failed last then.
    storage::Time until(storage::Time last) const { return last + lasts; }
};

SuppressionTerms suppression_terms(const Config& config);

/// Whether a reply with this enhanced status code says that there is no such mailbox
/// (RFC 3463 §3.2 and §3.3, RFC 7505 §4): what another attempt would not change.
bool says_dead(std::string_view status);

/// Why nothing is sent to an address elsewhere now: a sentence for whoever writes to it,
/// without a full stop, that says how that ends. Nothing where mail is sent. Not to be asked
/// for mail with the null reverse-path: what tells of other mail always goes. Errors: the
/// store's, when it cannot tell now.
boost::asio::awaitable<storage::Result<std::optional<std::string>>>
suppression_of(storage::DeadAddresses& dead, SuppressionTerms terms, std::string address);

} // namespace pillarbox::mailflow

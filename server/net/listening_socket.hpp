#pragma once

#include "server/base/config.hpp"
#include "server/net/descriptor.hpp"

#include <optional>
#include <string>

namespace pillarbox::net {

/// A bound, listening, non-blocking TCP socket and the address it has.
struct ListeningSocket
{
    Descriptor descriptor;
    Endpoint endpoint; // with the real port
};

/// Binds and listens for `protocol`. `::` takes IPv4 too if `also_ipv4`, and
/// without IPv6 becomes 0.0.0.0; then it is empty if not `also_ipv4`, since
/// somebody else listens there. Throws std::runtime_error with a sentence for
/// people.
std::optional<ListeningSocket> listen_on(const std::string& protocol, const Endpoint& endpoint,
                                         bool also_ipv4);

/// `[::1]:995`, `127.0.0.1:995`.
std::string to_string(const Endpoint& endpoint);

} // namespace pillarbox::net

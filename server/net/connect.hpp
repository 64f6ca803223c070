#pragma once

#include "server/net/stream.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace pillarbox::net {

class Reactor;

/// A connection to another server, as its client. On the reactor's thread; ends
/// with operation_aborted when the server drains, for nothing has been begun yet.
awaitable<result<std::unique_ptr<Stream>>> connect(Reactor& reactor, boost::asio::ip::address to,
                                                   std::uint16_t port, std::chrono::milliseconds patience);

} // namespace pillarbox::net

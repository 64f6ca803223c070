#pragma once

#include "server/net/descriptor.hpp"
#include "server/net/stream.hpp"

#include <memory>

namespace boost::asio {
class io_context;
}

namespace pillarbox::net {

/// A Stream over a connected TCP socket, under TLS once start_tls() succeeded.
/// Makes the descriptor non-blocking, with TCP_NODELAY: TLS tickets and a
/// greeting would otherwise meet delayed acknowledgements, 40 ms a login.
std::unique_ptr<Stream> make_socket_stream(boost::asio::io_context& context, Descriptor descriptor,
                                           boost::asio::ip::address peer);

} // namespace pillarbox::net

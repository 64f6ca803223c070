#pragma once

#include "server/net/descriptor.hpp"
#include "server/net/stream.hpp"

#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace pillarbox::net {

class TlsTrust;

/// A Stream over a connected TCP socket, under TLS once start_tls() succeeded.
/// Makes the descriptor non-blocking, with TCP_NODELAY: TLS tickets and a
/// greeting would otherwise meet delayed acknowledgements, 40 ms a login.
std::unique_ptr<Stream> make_socket_stream(boost::asio::io_context& context, Descriptor descriptor,
                                           boost::asio::ip::address peer);

/// The same to a server that is called `host`, under TLS from its first octet
/// on. A handshake that fails, for one because that is not who `trust` believes
/// it to be, is the first write's error.
std::unique_ptr<Stream> make_tls_client_stream(boost::asio::io_context& context, Descriptor descriptor,
                                               boost::asio::ip::address peer, const TlsTrust& trust,
                                               const std::string& host);

} // namespace pillarbox::net

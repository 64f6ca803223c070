#pragma once

#include "server/net/certificate_fault.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::net {

using boost::asio::awaitable;
using boost::system::error_code;
using boost::system::result;

class TlsContext;
class TlsTrust;

/// Octets to and from one peer: a socket, plain or under TLS, or a test's two
/// strings. Failures are Asio's error codes, or describe what TLS met;
/// Connection gives them meaning. One operation at a time.
class Stream
{
public:
    virtual ~Stream() = default;

    /// Waits until something can be read, holding no buffer meanwhile: this
    /// is all that an idle connection costs.
    virtual awaitable<error_code> wait_readable() = 0;

    /// Whether octets are known to be here already, so that read_some() will
    /// not wait. Under TLS only what was decrypted counts.
    virtual bool arrived() = 0;

    /// At least one octet; asio::error::eof when the peer has ended.
    virtual awaitable<result<std::size_t>> read_some(std::span<char> room) = 0;

    /// All of them.
    virtual awaitable<error_code> write(std::string_view octets) = 0;

    /// Server side of a handshake on this connection.
    virtual awaitable<error_code> start_tls(TlsContext& context) = 0;
    /// Client side of one, with a server that is called `host`; both outlive it.
    virtual awaitable<error_code> start_tls(const TlsTrust& trust, const std::string& host) = 0;
    virtual bool secure() const = 0;

    /// For trace fields and the log, `TLSv1.3 TLS_AES_256_GCM_SHA384`; empty without TLS.
    virtual std::string_view tls_description() const = 0;

    /// What only the two ends of this TLS connection know (RFC 5056), for
    /// "tls-exporter" (RFC 9266), "tls-unique" (TLS 1.2) or
    /// "tls-server-end-point" (RFC 5929); empty where there is none.
    virtual std::string channel_binding(std::string_view type) const = 0;

    /// The mail addresses that the peer's certificate names, where one of
    /// those that TlsContext trusts has signed it; none otherwise.
    virtual std::vector<std::string> certified_addresses() const = 0;

    /// After a handshake as a client: whether the server is whom `trust` would
    /// believe, also where that goes on with anybody. Without TLS nobody is.
    virtual CertificateFault certificate_fault() const = 0;

    virtual boost::asio::ip::address peer() const = 0;

    /// Ends the conversation in good order, as far as that goes without
    /// insisting: tells the peer so (close_notify under TLS, then FIN), and
    /// where the peer is still sending reads on a little, so that the last
    /// reply is not lost to a reset. Nothing is read or written afterwards.
    virtual awaitable<void> close() = 0;

    /// Ends the operation in progress, if any, with operation_aborted, even
    /// when it has just succeeded and only not resumed yet.
    virtual void cancel() noexcept = 0;
};

} // namespace pillarbox::net

#pragma once

#include "server/base/config.hpp"
#include "server/net/tls.hpp"

#include <memory>

namespace pillarbox {

/// The server's certificate, as each kind of listener uses it. Without TLS
/// (`tls.certificate = "none"`) all are null.
class Certificates
{
public:
    /// Makes a self-signed one where none is configured. Throws
    /// std::runtime_error with a sentence for people when a file cannot be used.
    explicit Certificates(const Config& config);

    net::TlsContext* web() const { return web_.get(); }
    /// Where users sign in: asks them for a certificate if tls.client_ca says so.
    net::TlsContext* mail() const { return mail_ ? mail_.get() : web_.get(); }
    /// For other servers: without session tickets.
    net::TlsContext* relay() const { return relay_.get(); }

    /// Whether a file has changed since it was last read.
    bool changed() const;

    /// Reads the files again. Throws std::runtime_error with a sentence for the
    /// log; what could not be used is kept as it was.
    void reload();

private:
    std::unique_ptr<net::TlsContext> web_;
    std::unique_ptr<net::TlsContext> mail_; // null: nobody is asked
    std::unique_ptr<net::TlsContext> relay_;
};

} // namespace pillarbox

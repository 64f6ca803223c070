#pragma once

#include "server/net/dns_records.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// OpenSSL stays in the sources.
struct ssl_ctx_st;
struct ssl_st;

namespace pillarbox::net {

/// Whom a client of other servers believes to be who they say: TLS 1.2 or 1.3,
/// with a certificate for the host (RFC 9525). Any thread may use it.
class TlsTrust
{
public:
    /// The system's authorities, or with `trusted` the certificates of that file
    /// (PEM). Throws std::runtime_error with a sentence for people when they
    /// cannot be read.
    explicit TlsTrust(const std::filesystem::path& trusted = {});

    /// Goes on with everybody: encryption alone, where nobody knows whom to expect
    /// (RFC 7435 §3). Stream::certificate_fault() tells whether the system's
    /// authorities vouch for who it is.
    static TlsTrust anybody();

    /// The same, but instead of authorities what DNSSEC says vouches for a server,
    /// RFC 7672 §3.1: `records` of DANE-TA and DANE-EE. With the former its
    /// certificate is for the host, or for one of `names`.
    TlsTrust with_dane(std::vector<dns::Tlsa> records, std::vector<std::string> names) const;

    /// A client-side SSL object for a server that is called `host`, a name or an
    /// address; to be freed with SSL_free.
    ssl_st* new_session(const std::string& host) const;

private:
    struct Everybody
    {};
    explicit TlsTrust(Everybody);

    std::shared_ptr<ssl_ctx_st> context_;
    std::vector<dns::Tlsa> records_;
    std::vector<std::string> names_;
};

} // namespace pillarbox::net

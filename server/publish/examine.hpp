#pragma once

#include "server/net/resolver.hpp"
#include "server/net/tls_certificate.hpp"
#include "server/publish/records.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace pillarbox::publish {

/// What was looked at, and what came of it, for people.
struct Finding
{
    enum class Kind
    {
        good,
        warning, // it works, but not as well as it could
        wrong,   // mail is lost or refused because of it
        unknown  // it could not be looked at
    };

    Kind kind = Kind::unknown;
    std::string what;
    std::string detail{}; // what there is
    std::string mend{};   // what to do about it
};

/// "good", "warning", "wrong", "not checked".
std::string_view name_of(Finding::Kind kind);

// What DNS says, beside what it should.

Finding examine_mx(const Record& record, const std::string& hostname,
                   const net::DnsAnswer<net::dns::Mx>& answer);

/// A TXT record of whichever kind.
Finding examine_text(const Record& record, const net::DnsAnswer<std::string>& answer);

/// The addresses of the server's own name, of both families.
Finding examine_addresses(const std::string& hostname, const net::DnsAnswer<boost::asio::ip::address>& ipv4,
                          const net::DnsAnswer<boost::asio::ip::address>& ipv6);

/// The name of one of its addresses.
Finding examine_reverse(const std::string& hostname, const boost::asio::ip::address& address,
                        const net::DnsAnswer<std::string>& answer);

/// The certificate, which clients and some servers check.
Finding examine_certificate(const std::string& hostname, const net::CertificateFacts& facts,
                            std::chrono::sys_seconds now);

} // namespace pillarbox::publish

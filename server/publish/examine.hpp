#pragma once

#include "server/net/http_client.hpp"
#include "server/net/resolver.hpp"
#include "server/net/tls_certificate.hpp"
#include "server/publish/records.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

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

/// A name that leads to this server, by whatever records.
Finding examine_alias(const Record& record, const net::DnsAnswer<boost::asio::ip::address>& answer);

/// Where mail programs look for a service of this server, RFC 6186 §3.
Finding examine_service(const Record& record, const net::DnsAnswer<net::dns::Srv>& answer);

/// Whether a list of addresses serves who asks from here: it must have its test
/// entry, 127.0.0.2 (RFC 5782 §5), of which `answer` is.
Finding examine_list(const DnsList& list, const net::DnsAnswer<boost::asio::ip::address>& answer);

/// Whether a block list that does has an address of this server.
Finding examine_listing(const DnsList& list, const boost::asio::ip::address& address,
                        const net::DnsAnswer<boost::asio::ip::address>& answer);

/// Whether those who bring mail show where they are, by the addresses that the last
/// connections to port 25 came from: a port that a container forwards, or a proxy, may
/// hide them all behind one that is nobody's in public.
Finding examine_clients(const std::vector<std::string>& peers);

/// What others get who fetch the MTA-STS policy of `domain`, which should be
/// `policy`.
Finding examine_policy(const std::string& domain, const std::string& policy,
                       const boost::system::result<net::HttpAnswer, net::HttpFailure>& answer);

/// The certificate, which clients and some servers check.
Finding examine_certificate(const std::string& hostname, const net::CertificateFacts& facts,
                            std::chrono::sys_seconds now);

} // namespace pillarbox::publish

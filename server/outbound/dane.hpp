#pragma once

#include "server/net/resolver.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What DNSSEC says of the servers of other domains, RFC 7672. It asks
/// nobody.
namespace pillarbox::outbound {

/// Where the TLSA records of a host are, `_25._tcp.mx.example.org`: RFC 6698 §3.
std::string tlsa_name(std::string_view host, std::uint16_t port);

/// What the records of a host come to, §2.2.
struct DaneFinding
{
    enum class Kind
    {
        none,     // nothing: there are none, or nobody vouches for them
        unusable, // TLS, with whoever answers: no record is of a kind that counts here
        usable,   // TLS, with a server that `records` vouch for
        unknown   // no mail now: they may have been suppressed
    };

    Kind kind = Kind::none;
    std::vector<net::dns::Tlsa> records;
    std::string why; // with `unknown`, for people
};

/// DANE-TA(2) and DANE-EE(3) count, §3.1, with selectors Cert(0) and SPKI(1), and
/// matching types Full(0), SHA2-256(1) and SHA2-512(2), RFC 6698 §2.1.
DaneFinding judge_tlsa(const net::DnsAnswer<net::dns::Tlsa>& answer);

} // namespace pillarbox::outbound

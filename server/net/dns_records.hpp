#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What DNS records hold, from their octets (RDATA, without compression). Pure.
namespace pillarbox::net::dns {

/// A name in text, in lower case and without the last dot; empty for the root.
/// Empty optional when it is none that a host may have, or is cut short: RFC 1035
/// §3.1. Octets that a host name has not are refused, for names are written into
/// commands and logs.
std::optional<std::string> parse_name(std::string_view octets);

struct Mx
{
    std::uint16_t preference = 0;
    std::string host; // as parse_name() has it

    bool operator==(const Mx&) const = default;
};

/// RFC 1035 §3.3.9.
std::optional<Mx> parse_mx(std::string_view octets);

/// The strings of a TXT record, put together, RFC 1035 §3.3.14.
std::optional<std::string> parse_txt(std::string_view octets);

struct Tlsa
{
    std::uint8_t usage = 0;
    std::uint8_t selector = 0;
    std::uint8_t matching = 0;
    std::string data;

    bool operator==(const Tlsa&) const = default;
};

/// RFC 6698 §2.1.
std::optional<Tlsa> parse_tlsa(std::string_view octets);

struct Srv
{
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string host; // as parse_name() has it; empty: the service is not there

    bool operator==(const Srv&) const = default;
};

/// RFC 2782.
std::optional<Srv> parse_srv(std::string_view octets);

/// The name that is asked for who has an address: `1.2.0.192.in-addr.arpa`, RFC
/// 1035 §3.5, or in ip6.arpa, RFC 3596 §2.5. `octets` are 4 or 16.
std::string reverse_name(std::string_view octets);

} // namespace pillarbox::net::dns

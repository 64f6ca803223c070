#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Which hosts take mail for a domain, and in which order they are tried,
/// RFC 5321 §5.1. It asks nobody: it is given what DNS said, and its dice.
namespace pillarbox::outbound {

struct MxRecord
{
    std::uint16_t preference = 0; // the lowest first
    std::string host;             // in lower case, without the last dot; empty: ".", the null MX
};

/// Where mail for a domain is taken.
struct Exchangers
{
    enum class Kind
    {
        hosts,      // `hosts`, in the order in which they are tried
        takes_none, // RFC 7505: the domain takes no mail
        ourselves   // we are the best of them, and know nothing of the domain: a loop
    };

    Kind kind = Kind::hosts;
    std::vector<std::string> hosts;
};

/// A number below its argument, each as likely as the other.
using Dice = std::function<std::size_t(std::size_t)>;

/// Without records the domain itself is the host. Those of one preference come
/// in random order. Where we are among them, as `own_name`, only better ones are
/// left. At most 10 hosts.
Exchangers exchangers(std::string_view domain, std::vector<MxRecord> records, std::string_view own_name,
                      const Dice& dice);

/// The addresses of one host in the order in which they are tried: the two
/// families take turns, IPv6 first (RFC 8305 §4), so that one that leads nowhere
/// costs one try. Each once, at most 4 of each.
std::vector<boost::asio::ip::address> in_turns(std::vector<boost::asio::ip::address> addresses);

/// The address in a domain that is an address literal, `[192.0.2.1]` or
/// `[IPv6:2001:db8::1]`, RFC 5321 §4.1.3. Empty when it is none.
std::optional<boost::asio::ip::address> literal_address(std::string_view domain);

} // namespace pillarbox::outbound

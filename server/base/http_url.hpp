#pragma once

#include <cstdint>
#include <string>

namespace pillarbox {

/// Where HTTP is spoken to a server, `https://host/path`.
struct HttpUrl
{
    bool tls = true;
    std::string host; // a name or an address, without brackets; empty: there is no URL
    std::uint16_t port = 0;
    std::string target; // path and query

    /// As Host has it (RFC 9110 §7.2): the port only where it is not the scheme's.
    std::string authority() const
    {
        const bool v6 = host.find(':') != std::string::npos;
        const std::string name = v6 ? '[' + host + ']' : host;
        return port == (tls ? 443 : 80) ? name : name + ':' + std::to_string(port);
    }

    bool operator==(const HttpUrl&) const = default;
};

} // namespace pillarbox

#pragma once

#include "server/base/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What mail programs ask for when somebody enters an address, in the forms that
/// the makers of Thunderbird, Outlook and Apple Mail have described.
namespace pillarbox::api {

/// A server as a mail program is told of it.
struct ClientServer
{
    enum class Kind : std::uint8_t
    {
        pop3,
        smtp
    };
    enum class Security : std::uint8_t
    {
        tls,      // from the first octet
        starttls, // or STLS, RFC 2595
        none
    };

    Kind kind = Kind::pop3;
    Security security = Security::tls;
    std::uint16_t port = 0;
};

/// All of them, the best one of each kind first. `name` is theirs.
struct ClientSettings
{
    std::string name;
    std::string domain;  // of the address
    std::string address; // may be empty: the program puts it in
    std::vector<ClientServer> servers;
};

/// Of what listens.
std::vector<ClientServer> client_servers(const Config& config);

/// Thunderbird's `clientConfig`, version 1.1.
std::string thunderbird_config(const ClientSettings& settings);

/// Outlook's answer to Autodiscover, the schema of 2006a.
std::string outlook_autodiscover(const ClientSettings& settings);

/// A configuration profile for Apple's systems; only with an address.
std::string apple_profile(const ClientSettings& settings);

/// The address in a request of Outlook's; empty without one.
std::string outlook_address(std::string_view request);

} // namespace pillarbox::api

#pragma once

#include "server/base/config.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace pillarbox::net {
class TlsTrust;
}

namespace pillarbox::outbound {

/// What of the configuration is about mail that leaves. Immutable; SIGHUP makes
/// another, which conversations begun from then on have.
struct Settings
{
    Config::Outbound::Mode mode = Config::Outbound::Mode::hold;
    std::string own_name; // in EHLO
    SmtpUrl smarthost;
    std::string password;                              // of the smarthost's user
    std::shared_ptr<const net::TlsTrust> smarthost_ca; // whom it must be vouched for by; null: nobody asks
    std::shared_ptr<const net::TlsTrust> anybody;      // for encryption alone
    std::uint16_t port = 25;                           // of other servers
};

/// Reads the files that the configuration names. Throws ConfigError.
std::shared_ptr<const Settings> settings_of(const Config& config);

} // namespace pillarbox::outbound

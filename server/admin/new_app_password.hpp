#pragma once

#include "server/base/config.hpp"
#include "storage/accounts.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::admin {

inline constexpr std::size_t longest_label = 100; // octets

/// What a device is called, spaces around it left out. Throws Failed when that
/// is nothing, too long, or has control characters in it.
std::string parse_label(std::string_view text);

/// A password for one device of the account at `address`.
struct DevicePassword
{
    std::string text;
    bool generated = false; // it may have the cheap hash: no one can guess it
};

/// As the store keeps it; with `apop` such that APOP and CRAM-MD5 can use it.
/// `key` is the server's. Takes milliseconds: off the reactor.
storage::AppPassword new_app_password(const Config& config, std::string_view key, const std::string& address,
                                      const std::string& label, const DevicePassword& password, bool apop);

} // namespace pillarbox::admin

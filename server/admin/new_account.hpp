#pragma once

#include "server/base/config.hpp"
#include "storage/accounts.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::admin {

/// What a password is checked with.
struct Verifiers
{
    std::string hash;  // argon2id at the configured cost
    std::string scram; // as of storage::Account
};

/// Of the password of the account at `address`; `key` is the server's. Takes
/// milliseconds: off the reactor.
Verifiers make_verifiers(const Config& config, std::string_view key, std::string_view address,
                         std::string_view password);

/// An account to add: `address` as parse_address() returns it, the password
/// prepared, `quota` in octets, 0 for the server's default. As long as the above.
storage::NewAccount new_account(const Config& config, std::string_view key, const std::string& address,
                                std::string_view password, bool admin = false, std::uint64_t quota = 0);

} // namespace pillarbox::admin

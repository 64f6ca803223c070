#pragma once

#include "server/base/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::admin {

class Tool;

/// Adds one account with the configured hash. `address` as parse_address()
/// returns it; `quota` in octets, 0 for the server's default. Throws Failed.
void create_account(Tool& tool, const Config& config, const std::string& address, std::string_view password,
                    bool admin, std::uint64_t quota = 0);

} // namespace pillarbox::admin

#pragma once

#include "server/auth/password.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>

namespace pillarbox::auth {

/// Tests have no time for hashing that is worth it.
inline constexpr HashCost cheap{.passes = 1, .kib = 64};

/// Passwords that challenges need are sealed with it.
inline const std::string key(32, 'k');

/// Who signs in.
inline const boost::asio::ip::address peer = boost::asio::ip::make_address("192.0.2.7");

} // namespace pillarbox::auth

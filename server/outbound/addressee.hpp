#pragma once

#include "server/mailflow/routing.hpp"
#include "storage/accounts.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pillarbox::outbound {

/// Where a message of this server itself to `address` goes: to people here, or
/// out. Nowhere when there is nobody. Nothing is ever told of what becomes of it.
boost::asio::awaitable<mailflow::Destinations> find_addressee(storage::Accounts& accounts,
                                                              std::string address);

} // namespace pillarbox::outbound

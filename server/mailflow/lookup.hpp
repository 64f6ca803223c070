#pragma once

#include "storage/accounts.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pillarbox::mailflow {

/// Where mail for `address` goes, which is a path without its angle brackets:
/// here, or, where the domain is not ours, to the address itself. Errors:
/// not_found when it leads nowhere, and as Accounts::route().
boost::asio::awaitable<storage::Result<storage::Route>> find_route(storage::Accounts& accounts,
                                                                   std::string address);

} // namespace pillarbox::mailflow

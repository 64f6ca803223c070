#pragma once

#include "storage/accounts.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pillarbox::mailflow {

/// Whether `account` may send as `local_part@domain`: mail to it reaches the
/// account (its own address, a plus form of it, an alias that leads to it), or
/// the account was permitted it (storage::Accounts::permits()). Errors:
/// not_found when it may not; anything else means that the store cannot tell now.
boost::asio::awaitable<storage::Result<void>> may_send_as(storage::Accounts& accounts,
                                                          storage::AccountId account, std::string local_part,
                                                          std::string domain);

/// The same for everyone whom a header section names in From and Sender
/// (RFC 5322 §3.6.2): not_found when one is not theirs, or From names nobody.
boost::asio::awaitable<storage::Result<void>> authors_belong(storage::Accounts& accounts,
                                                             storage::AccountId account, std::string head);

} // namespace pillarbox::mailflow

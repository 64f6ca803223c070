#pragma once

#include "storage/store.hpp"

#include <boost/asio/io_context.hpp>

namespace pillarbox::bench {

/// Runs the context until everything of the account has been indexed.
void await_index(boost::asio::io_context& context, storage::Store& store, storage::AccountId account);

} // namespace pillarbox::bench

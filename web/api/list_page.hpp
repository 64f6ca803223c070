#pragma once

#include "storage/mail.hpp"
#include "web/api/cursor.hpp"
#include "web/api/list_wish.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>

namespace pillarbox::api {

/// Which rows of a mailbox's list are wanted.
struct PageWish : ListWish
{
    std::uint32_t position = 0;     // of the first one; without a cursor
    std::optional<Cursor> cursor{}; // of a list in that order
};

/// Reads them, in the order that is wanted. `position` of what is returned says where
/// they are: near a position that was asked for, when the list changed just then. In
/// time that does not grow with the position. Errors: as storage::Mail::list().
boost::asio::awaitable<storage::Result<storage::Page>>
read_page(storage::Mail& mail, storage::AccountId account, storage::MailboxId mailbox, PageWish wish);

} // namespace pillarbox::api

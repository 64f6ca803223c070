#pragma once

#include "storage/search.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::api {

using storage::Order;

/// A place in a list: behind a row, or before it. It names the row by its uid,
/// so it stays good while mail comes and goes.
struct Cursor
{
    enum class Direction
    {
        after, // rows further down the list
        before // rows further up
    };

    Direction direction = Direction::after;
    std::uint32_t uid = 0;
    Order order{}; // of the list

    bool operator==(const Cursor&) const = default;
};

/// As clients see it, signed for one mailbox of one account.
std::string seal_cursor(const Cursor& cursor, storage::AccountId account, storage::MailboxId mailbox,
                        std::string_view key);

/// Empty when it was not made here, or not for this mailbox.
std::optional<Cursor> open_cursor(std::string_view text, storage::AccountId account,
                                  storage::MailboxId mailbox, std::string_view key);

/// A place in what a search found, signed for this account and these words.
std::string seal_cursor(const storage::SearchCursor& cursor, storage::AccountId account,
                        std::string_view words, std::string_view key);

/// Empty when it was not made here, or for other words.
std::optional<storage::SearchCursor> open_cursor(std::string_view text, storage::AccountId account,
                                                 std::string_view words, std::string_view key);

} // namespace pillarbox::api

#include "web/api/cursor.hpp"

#include "server/base/ascii.hpp"
#include "web/http/secret.hpp"

#include <chrono>

namespace pillarbox::api {

namespace {

char letter_of(Cursor::Direction direction, Order order)
{
    const bool after = direction == Cursor::Direction::after;
    if (order == Order::newest_first) return after ? 'a' : 'b';
    return after ? 'A' : 'B';
}

/// Of a place in the list that `list` names.
std::string signature(std::string_view place, std::string_view list, storage::AccountId account,
                      std::string_view key)
{
    std::string text = "pillarbox cursor " + std::to_string(static_cast<std::int64_t>(account)) + " ";
    text += list;
    text += " ";
    text += place;
    return http::mac(key, text).substr(0, 22); // 128 bits and a little
}

std::string name_of(storage::MailboxId mailbox)
{
    return std::to_string(static_cast<std::int64_t>(mailbox));
}

/// Words are a person's: hashed, they cannot be taken for another list's name.
std::string name_of_search(std::string_view words)
{
    return "search " + http::sha256(words);
}

/// The place that a cursor names, when its signature is right.
std::optional<std::string_view> signed_place(std::string_view text, std::string_view list,
                                             storage::AccountId account, std::string_view key)
{
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot < 2) return std::nullopt;
    const auto place = text.substr(0, dot);
    if (!http::same_secret(text.substr(dot + 1), signature(place, list, account, key))) return std::nullopt;
    return place;
}

} // namespace

std::string seal_cursor(const Cursor& cursor, storage::AccountId account, storage::MailboxId mailbox,
                        std::string_view key)
{
    std::string place(1, letter_of(cursor.direction, cursor.order));
    place += std::to_string(cursor.uid);
    return place + "." + signature(place, name_of(mailbox), account, key);
}

std::optional<Cursor> open_cursor(std::string_view text, storage::AccountId account,
                                  storage::MailboxId mailbox, std::string_view key)
{
    const auto place = signed_place(text, name_of(mailbox), account, key);
    if (!place) return std::nullopt;
    const auto uid = ascii::parse_number<std::uint32_t>(place->substr(1));
    if (!uid) return std::nullopt;
    for (const auto direction : {Cursor::Direction::after, Cursor::Direction::before})
        for (const auto order : {Order::newest_first, Order::oldest_first})
            if (place->front() == letter_of(direction, order)) return Cursor{direction, *uid, order};
    return std::nullopt;
}

std::string seal_cursor(const storage::SearchCursor& cursor, storage::AccountId account,
                        std::string_view words, std::string_view key)
{
    const auto place =
        std::to_string(static_cast<std::uint64_t>(cursor.received.time_since_epoch().count())) + "_" +
        std::to_string(static_cast<std::uint64_t>(cursor.message));
    return place + "." + signature(place, name_of_search(words), account, key);
}

std::optional<storage::SearchCursor> open_cursor(std::string_view text, storage::AccountId account,
                                                 std::string_view words, std::string_view key)
{
    const auto place = signed_place(text, name_of_search(words), account, key);
    if (!place) return std::nullopt;
    const auto line = place->find('_');
    if (line == std::string_view::npos) return std::nullopt;
    const auto received = ascii::parse_number<std::uint64_t>(place->substr(0, line));
    const auto message = ascii::parse_number<std::uint64_t>(place->substr(line + 1));
    if (!received || !message) return std::nullopt;
    const std::chrono::seconds since_1970{static_cast<std::int64_t>(*received)};
    return storage::SearchCursor{storage::Time(since_1970), static_cast<std::int64_t>(*message)};
}

} // namespace pillarbox::api

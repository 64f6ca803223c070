#include "web/api/cursor.hpp"

#include "server/base/ascii.hpp"
#include "web/http/secret.hpp"

namespace pillarbox::api {

namespace {

std::string signature(std::string_view place, storage::AccountId account, storage::MailboxId mailbox,
                      std::string_view key)
{
    std::string text = "pillarbox cursor " + std::to_string(static_cast<std::int64_t>(account)) + " " +
                       std::to_string(static_cast<std::int64_t>(mailbox)) + " ";
    text += place;
    return http::mac(key, text).substr(0, 22); // 128 bits and a little
}

} // namespace

std::string seal_cursor(const Cursor& cursor, storage::AccountId account, storage::MailboxId mailbox,
                        std::string_view key)
{
    const std::string place =
        (cursor.direction == Cursor::Direction::after ? "a" : "b") + std::to_string(cursor.uid);
    return place + "." + signature(place, account, mailbox, key);
}

std::optional<Cursor> open_cursor(std::string_view text, storage::AccountId account,
                                  storage::MailboxId mailbox, std::string_view key)
{
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot < 2) return std::nullopt;
    const auto place = text.substr(0, dot);
    if (!http::same_secret(text.substr(dot + 1), signature(place, account, mailbox, key)))
        return std::nullopt;
    const auto uid = ascii::parse_number<std::uint32_t>(place.substr(1));
    if (!uid) return std::nullopt;
    return Cursor{place.front() == 'a' ? Cursor::Direction::after : Cursor::Direction::before, *uid};
}

} // namespace pillarbox::api

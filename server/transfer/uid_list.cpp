#include "server/transfer/uid_list.hpp"

#include "server/base/ascii.hpp"
#include "server/transfer/maildir_name.hpp"

#include <fmt/format.h>

#include <optional>

namespace pillarbox::transfer {

namespace {

std::optional<std::uint64_t> number(std::string_view digits)
{
    return ascii::parse_number<std::uint64_t>(digits);
}

std::string base_of(std::string_view file)
{
    return std::string(parse_maildir_name(file).base);
}

/// UIDVALIDITY from the first line: "3 V1275660208 N25022 G..." or "1 1275660208 25022".
std::optional<std::uint64_t> dovecot_validity(std::string_view header)
{
    const auto version = ascii::take_until(header, ' ');
    if (version == "1") return number(ascii::take_until(header, ' '));
    if (version != "3") return std::nullopt;
    while (!header.empty()) {
        const auto field = ascii::take_until(header, ' ');
        if (field.starts_with('V')) return number(field.substr(1));
    }
    return std::nullopt;
}

/// "25017 W2481 Pvalue :1276533073.M242911P3632.host:2,F", or without fields and
/// colon in the first version.
void add_dovecot_line(std::string_view line, std::uint64_t validity, UidList& list)
{
    const auto uid = number(ascii::take_until(line, ' '));
    if (!uid) return;
    NotedUid noted{*uid, fmt::format("{:08x}{:08x}", *uid, validity)};
    while (line.starts_with(' ') || (!line.starts_with(':') && line.find(" :") != std::string_view::npos)) {
        const auto field = ascii::take_until(line, ' ');
        if (field.starts_with('P')) noted.unique_id = field.substr(1);
    }
    if (line.starts_with(':')) line.remove_prefix(1);
    if (!line.empty()) list.insert_or_assign(base_of(line), std::move(noted));
}

/// "1276528487.M364837P9451.host,S=1355 1394 17:1275660208:0": name, size, uid,
/// UIDVALIDITY, and in the third version whether it is UTF-8.
void add_courier_line(std::string_view line, UidList& list)
{
    const auto last = line.rfind(' ');
    if (last == std::string_view::npos || last == 0) return;
    auto numbers = line.substr(last + 1);
    const auto size = line.rfind(' ', last - 1);
    if (size == std::string_view::npos) return;
    const auto uid = number(ascii::take_until(numbers, ':'));
    const auto validity = number(ascii::take_until(numbers, ':'));
    if (!uid || !validity || *uid == 0) return;
    // Its own unique ids; without a validity those of an older version.
    auto unique_id = *validity != 0 ? fmt::format("UID{}-{}", *uid, *validity) : fmt::format("UID{}", *uid);
    list.insert_or_assign(base_of(line.substr(0, size)), NotedUid{*uid, std::move(unique_id)});
}

} // namespace

UidList parse_dovecot_uidlist(std::string_view text)
{
    UidList list;
    const auto validity = dovecot_validity(ascii::take_until(text, '\n'));
    if (!validity) return list;
    while (!text.empty())
        add_dovecot_line(ascii::take_until(text, '\n'), *validity, list);
    return list;
}

UidList parse_courier_sizelist(std::string_view text)
{
    UidList list;
    const auto header = ascii::take_until(text, '\n');
    if (!header.starts_with("/2 ") && !header.starts_with("/3 ")) return list;
    while (!text.empty())
        add_courier_line(ascii::take_until(text, '\n'), list);
    return list;
}

} // namespace pillarbox::transfer

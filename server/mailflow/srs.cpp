#include "server/mailflow/srs.hpp"

#include "server/base/ascii.hpp"

#include <sodium.h>

#include <algorithm>
#include <optional>

namespace pillarbox::mailflow {

namespace {

constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567"; // RFC 4648 §6, in lower case
constexpr std::string_view separators = "=+-"; // any may stand behind SRS0 and SRS1; we write the first
constexpr int days_in_turn = 1024;             // two digits: then the days begin anew
constexpr std::size_t longest_address = 254; // a path of 256 octets without its brackets, RFC 5321 §4.5.3.1.3
constexpr std::size_t hash_length = 8;       // 40 bits
constexpr std::size_t day_length = 2;

int day_of(std::chrono::sys_days day)
{
    const auto turn = day.time_since_epoch().count() % days_in_turn;
    return static_cast<int>(turn < 0 ? turn + days_in_turn : turn);
}

std::string day_text(std::chrono::sys_days day)
{
    const auto number = static_cast<std::size_t>(day_of(day));
    return {digits[number / digits.size()], digits[number % digits.size()]};
}

/// How long ago the day was that `text` names; nothing when it names none.
std::optional<int> age(std::string_view text, std::chrono::sys_days today)
{
    if (text.size() != day_length) return std::nullopt;
    const auto high = digits.find(ascii::lower(text[0]));
    const auto low = digits.find(ascii::lower(text[1]));
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    const auto day = static_cast<int>(high * digits.size() + low);
    return (day_of(today) - day + days_in_turn) % days_in_turn;
}

/// What stands behind `tag` and a separator; with the separator if `whole`.
std::optional<std::string_view> behind(std::string_view local_part, std::string_view tag, bool whole = false)
{
    if (!ascii::starts_with(local_part, tag) || local_part.size() <= tag.size()) return std::nullopt;
    if (separators.find(local_part[tag.size()]) == std::string_view::npos) return std::nullopt;
    return local_part.substr(tag.size() + (whole ? 0 : 1));
}

/// What stands before the next '=', off the front; nothing when there is none.
std::optional<std::string_view> take_part(std::string_view& text)
{
    const auto end = text.find('=');
    if (end == std::string_view::npos) return std::nullopt;
    const auto part = text.substr(0, end);
    text.remove_prefix(end + 1);
    return part;
}

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

} // namespace

Srs::Srs(std::string_view key)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
    constexpr std::string_view purpose = "sender rewriting";
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(purpose.data()),
                                  purpose.size());
    crypto_auth_hmacsha256_final(&state, key_.data());
}

std::string Srs::rewrite(std::string_view original, std::string_view domain,
                         std::chrono::sys_days today) const
{
    auto made = rewritten(original, domain, today);
    return made.size() <= longest_address ? made : std::string(original);
}

std::string Srs::rewritten(std::string_view original, std::string_view domain,
                           std::chrono::sys_days today) const
{
    const auto at = original.rfind('@');
    if (at == std::string_view::npos || at == 0) return std::string(original);
    const std::string_view local = original.substr(0, at);
    const std::string_view host = original.substr(at + 1);
    if (local.starts_with('"') || host.empty() || host.find_first_of("[=") != std::string_view::npos)
        return std::string(original);

    if (const auto opaque = behind(local, "SRS0", true)) {
        const std::string rest = joined({host, "=", *opaque});
        return joined({"SRS1=", hash(rest), "=", rest, "@", domain});
    }
    // Somebody else's SRS1 keeps the first server; what only looks like one is a name.
    if (auto rest = behind(local, "SRS1");
        rest && take_part(*rest) && rest->find('=', 1) != std::string::npos && rest->front() != '=')
        return joined({"SRS1=", hash(*rest), "=", *rest, "@", domain});
    const std::string rest = joined({day_text(today), "=", host, "=", local});
    return joined({"SRS0=", hash(rest), "=", rest, "@", domain});
}

bool Srs::has_form(std::string_view local_part)
{
    return behind(local_part, "SRS0") || behind(local_part, "SRS1");
}

Srs::Undone Srs::undo(std::string_view local_part, std::chrono::sys_days today) const
{
    using Kind = Undone::Kind;
    const bool first = behind(local_part, "SRS0").has_value();
    auto rest = behind(local_part, first ? "SRS0" : "SRS1");
    if (!rest) return {};
    const auto given = take_part(*rest);
    if (!given || !hash_fits(*given, *rest)) return {};
    if (!first) {
        // The day in it is for the server that wrote it to judge.
        const auto host = take_part(*rest);
        if (!host || host->empty()) return {};
        return {Kind::genuine, joined({"SRS0", *rest}), std::string(*host)};
    }
    const auto day = take_part(*rest);
    const auto host = take_part(*rest);
    if (!day || !host || host->empty() || rest->empty()) return {};
    const auto days = age(*day, today);
    // One that will be made tomorrow is of a clock that goes fast.
    if (!days || (*days > window && *days != days_in_turn - 1)) return {Kind::expired};
    return {Kind::genuine, std::string(*rest), std::string(*host)};
}

std::string Srs::hash(std::string_view text) const
{
    const std::string folded = ascii::to_lower(text);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
    crypto_auth_hmacsha256(mac.data(), reinterpret_cast<const unsigned char*>(folded.data()), folded.size(),
                           key_.data());
    std::string made;
    for (std::size_t i = 0; i < hash_length; ++i) {
        const std::size_t bit = i * 5;
        const unsigned pair = (unsigned(mac[bit / 8]) << 8) | mac[bit / 8 + 1];
        made += digits[(pair >> (11 - bit % 8)) & 31U];
    }
    return made;
}

bool Srs::hash_fits(std::string_view given, std::string_view text) const
{
    const std::string right = hash(text);
    const std::string folded = ascii::to_lower(given);
    return folded.size() == right.size() && sodium_memcmp(folded.data(), right.data(), right.size()) == 0;
}

} // namespace pillarbox::mailflow

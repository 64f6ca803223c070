#include "server/smtp/parameters.hpp"

#include "server/base/ascii.hpp"
#include "server/base/xtext.hpp"

#include <algorithm>
#include <limits>

namespace pillarbox::smtp {

namespace {

constexpr std::size_t longest_envelope_id = 100;        // RFC 3461 §4.4
constexpr std::size_t longest_original_recipient = 500; // RFC 3461 §4.2

/// Whether it is xtext of what a field of a report can hold: RFC 3461 §4.2, §4.4.
bool is_printable_xtext(std::string_view value)
{
    const auto text = decode_xtext(value);
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    return text && !text->empty() && std::ranges::all_of(*text, printable);
}

/// addr-type, an atom (RFC 3461 §4.2).
bool is_address_type(std::string_view type)
{
    const auto fits = [](char c) {
        return ascii::is_digit(c) || (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z') || c == '-';
    };
    return !type.empty() && std::ranges::all_of(type, fits);
}

std::uint32_t notify_bit(std::string_view word)
{
    if (ascii::equal(word, "SUCCESS")) return storage::notify::success;
    if (ascii::equal(word, "FAILURE")) return storage::notify::failure;
    if (ascii::equal(word, "DELAY")) return storage::notify::delay;
    return 0;
}

/// Digits of a fixed number, taken off the front.
std::optional<unsigned> take_digits(std::string_view& text, std::size_t count)
{
    const std::string_view digits = text.substr(0, count);
    if (digits.size() != count) return std::nullopt;
    text.remove_prefix(count);
    return ascii::parse_number<unsigned>(digits);
}

bool take(std::string_view& text, std::string_view characters)
{
    if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

/// hours ":" minutes
std::optional<std::chrono::minutes> take_hours_and_minutes(std::string_view& text)
{
    const auto hours = take_digits(text, 2);
    if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
    const auto minutes = take_digits(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    return std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text)
{
    const auto year = take_digits(text, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_digits(text, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_digits(text, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(*month), std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

/// "Z", or how far local time is from UTC.
std::optional<std::chrono::minutes> take_offset(std::string_view& text)
{
    if (take(text, "Zz")) return std::chrono::minutes(0);
    const bool west = text.starts_with('-');
    if (!take(text, "+-")) return std::nullopt;
    const auto offset = take_hours_and_minutes(text);
    if (!offset) return std::nullopt;
    return west ? -*offset : *offset;
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view value)
{
    if (value.empty() || value.size() > 20 || !std::ranges::all_of(value, ascii::is_digit))
        return std::nullopt;
    return ascii::parse_number<std::uint64_t>(value).value_or(std::numeric_limits<std::uint64_t>::max());
}

std::optional<storage::BodyKind> parse_body_kind(std::string_view value)
{
    if (ascii::equal(value, "7BIT")) return storage::BodyKind::seven_bit;
    if (ascii::equal(value, "8BITMIME")) return storage::BodyKind::eight_bit;
    return std::nullopt;
}

bool is_auth_value(std::string_view value)
{
    return value == "<>" || (!value.empty() && decode_xtext(value));
}

std::optional<storage::ReturnContent> parse_return_content(std::string_view value)
{
    if (ascii::equal(value, "FULL")) return storage::ReturnContent::full;
    if (ascii::equal(value, "HDRS")) return storage::ReturnContent::headers;
    return std::nullopt;
}

std::optional<std::string> parse_envelope_id(std::string_view value)
{
    if (value.size() > longest_envelope_id || !is_printable_xtext(value)) return std::nullopt;
    return std::string(value);
}

std::optional<std::uint32_t> parse_notify(std::string_view value)
{
    if (ascii::equal(value, "NEVER")) return storage::notify::never;
    std::uint32_t bits = 0;
    for (bool more = true; more;) {
        const auto comma = value.find(',');
        const std::uint32_t bit = notify_bit(value.substr(0, comma));
        if (bit == 0) return std::nullopt;
        bits |= bit;
        more = comma != std::string_view::npos;
        if (more) value.remove_prefix(comma + 1);
    }
    return bits;
}

std::optional<std::string> parse_original_recipient(std::string_view value)
{
    if (value.size() > longest_original_recipient) return std::nullopt;
    const auto semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    const std::string_view type = value.substr(0, semicolon);
    const std::string_view address = value.substr(semicolon + 1);
    const bool fits = ascii::equal(type, "utf-8") ? is_utf8_addr_xtext(address) : is_printable_xtext(address);
    if (!is_address_type(type) || !fits) return std::nullopt;
    return std::string(value);
}

std::optional<ByParameter> parse_by(std::string_view value)
{
    const bool negative = value.starts_with('-');
    if (negative || value.starts_with('+')) value.remove_prefix(1);
    const auto time = parse_interval(ascii::take_until(value, ';'));
    if (!time) return std::nullopt;
    ByParameter by{.time = negative ? -*time : *time};
    by.or_return = take(value, "Rr");
    if (!by.or_return && !take(value, "Nn")) return std::nullopt;
    by.traced = take(value, "Tt");
    if (!value.empty() || (by.or_return && by.time <= std::chrono::seconds(0))) return std::nullopt;
    return by;
}

std::optional<std::chrono::seconds> parse_interval(std::string_view value)
{
    if (value.size() > 9) return std::nullopt;
    const auto seconds = ascii::parse_number<std::uint32_t>(value);
    if (!seconds) return std::nullopt;
    return std::chrono::seconds(*seconds);
}

std::optional<std::chrono::sys_seconds> parse_date_time(std::string_view value)
{
    const auto date = take_date(value);
    if (!date || !take(value, "Tt")) return std::nullopt;
    const auto minutes = take_hours_and_minutes(value);
    if (!minutes || !take(value, ":")) return std::nullopt;
    const auto seconds = take_digits(value, 2);
    if (!seconds || *seconds > 60) return std::nullopt; // 60: a leap second
    if (take(value, ".")) {
        const auto rest = value.find_first_not_of("0123456789");
        if (rest == 0 || rest == std::string_view::npos) return std::nullopt;
        value.remove_prefix(rest);
    }
    const auto offset = take_offset(value);
    if (!offset || !value.empty()) return std::nullopt;
    return *date + *minutes + std::chrono::seconds(*seconds) - *offset;
}

} // namespace pillarbox::smtp

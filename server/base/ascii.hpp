#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::ascii {

/// `c` in lower case if it is an ASCII letter; the locale has no say.
constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

std::string to_lower(std::string_view text);

/// Equal but for the case of ASCII letters.
bool equal(std::string_view a, std::string_view b) noexcept;
bool starts_with(std::string_view text, std::string_view prefix) noexcept;

/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text) noexcept;

/// Cuts `text` at the first `separator`: returns what was before it and leaves
/// what follows. Without one, takes all.
std::string_view take_until(std::string_view& text, char separator) noexcept;

/// A decimal number: digits only, nothing around them, no overflow.
template <std::unsigned_integral T>
std::optional<T> parse_number(std::string_view digits) noexcept
{
    if (digits.empty()) return std::nullopt;
    T value{};
    const char* const begin = &digits.front();
    const char* const end = begin + digits.size();
    const auto [stop, fault] = std::from_chars(begin, end, value);
    if (fault != std::errc{} || stop != end) return std::nullopt;
    return value;
}

} // namespace pillarbox::ascii

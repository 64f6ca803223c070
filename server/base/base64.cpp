#include "server/base/base64.hpp"

#include <array>
#include <cstdint>

namespace pillarbox {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using DigitValues = std::array<int, 256>;

constexpr DigitValues values_of(std::string_view characters)
{
    DigitValues table{};
    table.fill(-1);
    for (std::size_t i = 0; i < characters.size(); ++i)
        table[static_cast<unsigned char>(characters[i])] = static_cast<int>(i);
    return table;
}

constexpr DigitValues digit_values = values_of(alphabet);
constexpr DigitValues url_values = values_of(url_alphabet);

std::uint32_t octet(char c)
{
    return static_cast<unsigned char>(c);
}

/// `text` has no padding.
std::optional<std::string> decode(std::string_view text, const DigitValues& table)
{
    std::string octets;
    octets.reserve(text.size() * 3 / 4);
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        const int value = table[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        group = group << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        octets += static_cast<char>(group >> bits & 0xff);
        group &= (1u << bits) - 1;
    }
    if (group != 0) return std::nullopt; // bits that no octet holds must be zero
    return octets;
}

} // namespace

std::string base64_encode(std::string_view octets)
{
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    while (octets.size() >= 3) {
        const std::uint32_t group = octet(octets[0]) << 16 | octet(octets[1]) << 8 | octet(octets[2]);
        for (const int shift : {18, 12, 6, 0})
            text += alphabet[group >> shift & 63];
        octets.remove_prefix(3);
    }
    if (octets.size() == 1) {
        const std::uint32_t group = octet(octets[0]) << 16;
        text += {alphabet[group >> 18], alphabet[group >> 12 & 63], '=', '='};
    } else if (octets.size() == 2) {
        const std::uint32_t group = octet(octets[0]) << 16 | octet(octets[1]) << 8;
        text += {alphabet[group >> 18], alphabet[group >> 12 & 63], alphabet[group >> 6 & 63], '='};
    }
    return text;
}

std::optional<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    return decode(text, digit_values);
}

std::optional<std::string> base64url_decode(std::string_view text)
{
    if (text.size() % 4 == 1) return std::nullopt; // six bits are no octet
    return decode(text, url_values);
}

} // namespace pillarbox

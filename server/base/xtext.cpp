#include "server/base/xtext.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <cstdint>

namespace pillarbox {

namespace {

/// HEXDIG of RFC 3461 §4 and RFC 6533 §3: upper case only. -1 for any other.
int hex_digit(char c)
{
    if (ascii::is_digit(c)) return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// xchar and QCHAR leave the same characters out, but for the backslash.
bool is_plain(char c)
{
    return c > ' ' && c <= '~' && c != '+' && c != '=';
}

/// Whether `digits` are a HEXPOINT: a character's number, no longer than it
/// need be, that QCHAR does not have as itself.
bool is_hex_point(std::string_view digits)
{
    if (digits.size() < 2 || digits.size() > 6) return false;
    if (digits.size() > 2 && digits.front() == '0') return false;
    std::uint32_t point = 0;
    for (const char c : digits) {
        if (hex_digit(c) < 0) return false;
        point = point * 16 + static_cast<std::uint32_t>(hex_digit(c));
    }
    if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    return point > 0x7E || point == '\\' || !is_plain(static_cast<char>(point));
}

/// The octets that the first character of `text` takes, as its first octet has it.
std::size_t octets_of_first(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t said = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    return std::min(said, text.size());
}

std::uint32_t code_point(std::string_view character)
{
    const auto lead = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return lead;
    std::uint32_t point = lead & (0x7Fu >> character.size());
    for (const char c : character.substr(1))
        point = point << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
    return point;
}

std::string embedded(std::uint32_t point)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (; point > 0 || text.size() < 2; point /= 16)
        text.insert(text.begin(), digits[point % 16]);
    return "\\x{" + text + "}";
}

std::string encode(std::string_view address, bool ascii_only)
{
    std::string out;
    while (!address.empty()) {
        const std::string_view character = address.substr(0, octets_of_first(address));
        address.remove_prefix(character.size());
        const bool beyond = static_cast<unsigned char>(character.front()) > 0x7F;
        if (beyond ? !ascii_only : is_plain(character.front()) && character.front() != '\\') {
            out += character;
        } else {
            out += embedded(code_point(character));
        }
    }
    return out;
}

} // namespace

std::optional<std::string> decode_xtext(std::string_view xtext)
{
    std::string text;
    for (std::size_t i = 0; i < xtext.size(); ++i) {
        if (is_plain(xtext[i])) {
            text += xtext[i];
            continue;
        }
        if (xtext[i] != '+' || i + 2 >= xtext.size()) return std::nullopt;
        const int high = hex_digit(xtext[i + 1]);
        const int low = hex_digit(xtext[i + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        text += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return text;
}

bool is_utf8_addr_xtext(std::string_view text)
{
    if (text.empty()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!is_plain(text[i])) return false;
        if (text[i] != '\\') continue;
        const auto end = text.find('}', i);
        if (text.substr(i + 1, 2) != "x{" || end == std::string_view::npos) return false;
        if (!is_hex_point(text.substr(i + 3, end - i - 3))) return false;
        i = end;
    }
    return true;
}

std::string utf8_addr_xtext(std::string_view address)
{
    return encode(address, true);
}

std::string utf8_addr_unitext(std::string_view address)
{
    return encode(address, false);
}

} // namespace pillarbox

#include "server/mime/characters.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace pillarbox::mime {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

bool shows_as_space(char32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// Padding that newsletters put behind their first sentence: nothing to see.
bool shows_as_nothing(char32_t c)
{
    return c == 0xAD || c == 0x34F || c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

} // namespace

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

CodePoint first_code_point(std::string_view text)
{
    if (text.empty()) return {};
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1, true};

    // RFC 3629 §4: the second octet's range is what excludes overlong forms,
    // surrogates and values above U+10FFFF.
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {0xFFFD, 1, false};
    }

    char32_t value = static_cast<char32_t>(lead) & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if (i >= text.size()) return {0xFFFD, i, false};
        const auto octet = static_cast<unsigned char>(text[i]);
        if (octet < low || octet > high) return {0xFFFD, i, false};
        value = (value << 6U) | (octet & 0x3FU);
        low = 0x80;
        high = 0xBF;
    }
    return {value, length, true};
}

void append_utf8(std::string& out, char32_t c)
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = 0xFFFD;
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | (c >> 6U));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0U | (c >> 12U));
        out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    } else {
        out += static_cast<char>(0xF0U | (c >> 18U));
        out += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
        out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (c & 0x3FU));
    }
}

namespace {

/// How many octets of ASCII `text` begins with, counted in eights: most text is
/// nothing else.
std::size_t ascii_run(std::string_view text)
{
    std::size_t run = 0;
    for (std::uint64_t eight = 0; run + sizeof eight <= text.size(); run += sizeof eight) {
        std::memcpy(&eight, text.data() + run, sizeof eight);
        if ((eight & 0x8080808080808080U) != 0) break;
    }
    return run;
}

} // namespace

bool is_utf8(std::string_view text)
{
    while (true) {
        text.remove_prefix(ascii_run(text));
        if (text.empty()) break;
        const CodePoint next = first_code_point(text);
        if (!next.valid) return false;
        text.remove_prefix(next.length);
    }
    return true;
}

std::string scrub_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint next = first_code_point(text);
        out += next.valid ? text.substr(0, next.length) : replacement;
        text.remove_prefix(next.length);
    }
    return out;
}

bool is_unsafe_to_show(char32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
    return c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

std::string one_line(std::string_view utf8, std::size_t most_characters)
{
    std::string out;
    std::size_t characters = 0;
    bool space_waits = false;
    while (!utf8.empty()) {
        const CodePoint next = first_code_point(utf8);
        const std::string_view octets = next.valid ? utf8.substr(0, next.length) : replacement;
        utf8.remove_prefix(next.length);
        if (shows_as_space(next.value)) {
            space_waits = !out.empty();
            continue;
        }
        if (is_unsafe_to_show(next.value) || shows_as_nothing(next.value)) continue;
        if (characters + (space_waits ? 2 : 1) > most_characters) break;
        if (space_waits) {
            out += ' ';
            ++characters;
        }
        out += octets;
        ++characters;
        space_waits = false;
    }
    return out;
}

} // namespace pillarbox::mime

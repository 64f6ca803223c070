#include "storage/sqlite/tokens.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace pillarbox::storage::sqlite {
namespace {

// Puts the name of a field and its words together. For private use: the
// tokenizer takes it for a letter, and none of a message's text keeps it.
constexpr std::string_view glue = "\xEE\x80\x80"; // U+E000

struct Range
{
    std::uint32_t first;
    std::uint32_t last;
};

constexpr std::array<Range, 14> unspaced{{{0x1100, 0x11FF},     // Hangul Jamo
                                          {0x2E80, 0x2FDF},     // radicals
                                          {0x3005, 0x3007},     // ideographic iteration mark, zero
                                          {0x3040, 0x30FF},     // Hiragana, Katakana
                                          {0x3105, 0x318F},     // Bopomofo, Hangul Compatibility Jamo
                                          {0x31A0, 0x31BF},     // Bopomofo Extended
                                          {0x31F0, 0x31FF},     // Katakana Phonetic Extensions
                                          {0x3400, 0x4DBF},     // Han, Extension A
                                          {0x4E00, 0x9FFF},     // Han
                                          {0xA960, 0xA97F},     // Hangul Jamo Extended-A
                                          {0xAC00, 0xD7FF},     // Hangul
                                          {0xF900, 0xFAFF},     // Han, compatibility
                                          {0xFF66, 0xFFDC},     // halfwidth Katakana and Hangul
                                          {0x20000, 0x3FFFF}}}; // Han, further extensions

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// The character of three or four octets at the beginning of `text`, which
/// those scripts have; 0 when there is another, or none.
std::uint32_t long_character(std::string_view text, std::size_t& octets)
{
    const auto lead = static_cast<unsigned char>(text.front());
    octets = lead >= 0xF0 ? 4 : 3;
    if (lead < 0xE1 || lead > 0xF4 || text.size() < octets) return 0;
    std::uint32_t character = lead & (octets == 4 ? 0x07u : 0x0Fu);
    for (std::size_t i = 1; i < octets; ++i) {
        if (!continues(text[i])) return 0;
        character = (character << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
    }
    return character;
}

bool is_unspaced(std::uint32_t character)
{
    return std::ranges::any_of(
        unspaced, [=](const Range& range) { return character >= range.first && character <= range.last; });
}

bool separates(char c)
{
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return !letter && c >= 0;
}

} // namespace

std::string split_scripts(std::string_view text)
{
    std::string split;
    split.reserve(text.size() + text.size() / 4);
    while (!text.empty()) {
        // Most text is copied as it is, up to the next lead octet of three or more.
        const auto plain = static_cast<std::size_t>(
            std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0xE1; }) -
            text.begin());
        split += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        std::size_t octets = 0;
        const auto character = long_character(text, octets);
        if (character == 0) octets = 1;
        if (text.starts_with(glue)) {
            split += ' ';
        } else if (is_unspaced(character)) {
            split += ' ';
            split += text.substr(0, octets);
            split += ' ';
        } else {
            split += text.substr(0, octets);
        }
        text.remove_prefix(octets);
    }
    return split;
}

std::string field_words(std::string_view name, std::string_view text)
{
    std::string prefix;
    for (const char c : name) {
        if (!separates(c)) prefix += c;
    }
    prefix += glue;
    const std::string split = split_scripts(text);
    std::string words;
    for (std::size_t at = 0; at < split.size();) {
        const auto begin = static_cast<std::size_t>(
            std::find_if_not(split.begin() + static_cast<std::ptrdiff_t>(at), split.end(), separates) -
            split.begin());
        const auto end = static_cast<std::size_t>(
            std::find_if(split.begin() + static_cast<std::ptrdiff_t>(begin), split.end(), separates) -
            split.begin());
        if (begin < end) {
            if (!words.empty()) words += ' ';
            words += prefix;
            words += std::string_view(split).substr(begin, end - begin);
        }
        at = end;
    }
    return words;
}

} // namespace pillarbox::storage::sqlite

#include "storage/sqlite/mailbox_name.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::string_view inbox_name = "Inbox";

bool same_letters(char a, char b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
}

/// Octets of the character that `text` begins with, RFC 3629 §4; 0 when it is none.
std::size_t character(std::string_view text)
{
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto tail = [&](std::size_t i) { return i < text.size() && (octet(i) & 0xC0) == 0x80; };
    if (octet(0) < 0x80) return 1;
    if (octet(0) >= 0xC2 && octet(0) <= 0xDF) return tail(1) ? 2 : 0;
    if (octet(0) >= 0xE0 && octet(0) <= 0xEF) {
        if (!tail(1) || !tail(2)) return 0;
        if (octet(0) == 0xE0 && octet(1) < 0xA0) return 0; // longer than need be
        if (octet(0) == 0xED && octet(1) > 0x9F) return 0; // a surrogate
        return 3;
    }
    if (octet(0) >= 0xF0 && octet(0) <= 0xF4) {
        if (!tail(1) || !tail(2) || !tail(3)) return 0;
        if (octet(0) == 0xF0 && octet(1) < 0x90) return 0;
        if (octet(0) == 0xF4 && octet(1) > 0x8F) return 0; // beyond the last character
        return 4;
    }
    return 0;
}

/// Whether it is UTF-8 of characters that names may have.
bool usable_characters(std::string_view text)
{
    while (!text.empty()) {
        const auto octets = character(text);
        if (octets == 0) return false;
        const auto first = static_cast<unsigned char>(text[0]);
        if (first < 0x20 || first == 0x7F || first == '*' || first == '%') return false;
        // U+0080 to U+009F are control characters too, U+2028 and U+2029 end lines.
        if (first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) return false;
        if (text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9")) return false;
        text.remove_prefix(octets);
    }
    return true;
}

} // namespace

std::string canonical_mailbox(std::string_view name)
{
    const auto first = name.substr(0, name.find('/'));
    if (!std::ranges::equal(first, inbox_name, same_letters)) return std::string(name);
    return std::string(inbox_name).append(name.substr(first.size()));
}

bool usable_mailbox(std::string_view name)
{
    if (name.size() > longest_mailbox_name || !usable_characters(name)) return false;
    while (true) {
        const auto slash = name.find('/');
        const auto part = name.substr(0, slash);
        if (part.empty() || part.front() == ' ' || part.back() == ' ') return false;
        if (slash == std::string_view::npos) return true;
        name.remove_prefix(slash + 1);
    }
}

std::vector<std::string> enclosing_mailboxes(std::string_view name)
{
    std::vector<std::string> names;
    for (auto slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/', slash + 1))
        names.emplace_back(name.substr(0, slash));
    return names;
}

} // namespace pillarbox::storage::sqlite

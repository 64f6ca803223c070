#include "server/mailauth/spf_macro.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace pillarbox::mailauth {

namespace {

constexpr std::string_view delimiters = ".-+,/_=";
constexpr std::size_t longest_name = 253; // RFC 7208 §7.3

bool is_letter(char c)
{
    return ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z';
}

bool is_alphanumeric(char c)
{
    return is_letter(c) || ascii::is_digit(c);
}

/// A piece of a macro-string.
struct Piece
{
    bool expands = false;    // a percent sign began it
    char letter = 0;         // of a macro, in lower case; 0: `literal` as it stands
    bool escaped = false;    // its letter was upper case: octets as in URLs
    std::uint32_t parts = 0; // from the right; 0: all
    bool reversed = false;   // before parts are taken
    std::string_view splitters = ".";
    std::string_view literal{};
};

/// `{d2r.}`, behind the percent sign.
std::optional<Piece> take_macro(std::string_view& text)
{
    const auto end = text.find('}');
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view inside = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (inside.empty() ||
        std::string_view("slodiphcrtv").find(ascii::lower(inside.front())) == std::string_view::npos)
        return std::nullopt;
    Piece piece;
    piece.expands = true;
    piece.letter = ascii::lower(inside.front());
    piece.escaped = piece.letter != inside.front();
    inside.remove_prefix(1);
    const auto digits = std::min(inside.find_first_not_of("0123456789"), inside.size());
    if (digits > 0) {
        const auto parts = ascii::parse_number<std::uint32_t>(inside.substr(0, digits));
        if (!parts || *parts == 0) return std::nullopt; // it must be nonzero, RFC 7208 §7.3
        piece.parts = *parts;
        inside.remove_prefix(digits);
    }
    if (!inside.empty() && ascii::lower(inside.front()) == 'r') {
        piece.reversed = true;
        inside.remove_prefix(1);
    }
    if (inside.find_first_not_of(delimiters) != std::string_view::npos) return std::nullopt;
    if (!inside.empty()) piece.splitters = inside;
    return piece;
}

/// The next piece of a macro-string; nothing where it is none.
std::optional<Piece> take_piece(std::string_view& text)
{
    if (text.front() != '%') {
        Piece piece;
        piece.literal = text.substr(0, std::min(text.find('%'), text.size()));
        const auto is_visible = [](char c) { return c > ' ' && c <= '~'; };
        if (!std::ranges::all_of(piece.literal, is_visible)) return std::nullopt;
        text.remove_prefix(piece.literal.size());
        return piece;
    }
    if (text.size() < 2) return std::nullopt;
    const char kind = text[1];
    text.remove_prefix(1);
    if (kind == '{') return take_macro(text);
    text.remove_prefix(1);
    Piece piece;
    piece.expands = true;
    if (kind == '%')
        piece.literal = "%";
    else if (kind == '_')
        piece.literal = " ";
    else if (kind == '-')
        piece.literal = "%20";
    else
        return std::nullopt;
    return piece;
}

std::optional<std::vector<Piece>> pieces_of(std::string_view text)
{
    std::vector<Piece> pieces;
    while (!text.empty()) {
        const auto piece = take_piece(text);
        if (!piece) return std::nullopt;
        pieces.push_back(*piece);
    }
    return pieces;
}

/// toplabel, RFC 7208 §7.1: letters, digits and hyphens, not all of them digits.
bool is_top_label(std::string_view label)
{
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '-'; };
    if (label.empty() || !std::ranges::all_of(label, fits)) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    return !std::ranges::all_of(label, ascii::is_digit);
}

/// The address with a dot behind each part: numbers of IPv4, nibbles of IPv6.
std::string dotted(std::string_view address)
{
    std::string text;
    for (const char c : address) {
        const auto octet = static_cast<unsigned char>(c);
        constexpr std::string_view digits = "0123456789abcdef";
        if (!text.empty()) text += '.';
        if (address.size() == 4) {
            text += std::to_string(octet);
        } else {
            text += digits[octet >> 4U];
            text += '.';
            text += digits[octet & 15U];
        }
    }
    return text;
}

std::string value_of(char letter, const SpfMacros& macros)
{
    switch (letter) {
    case 's':
        return macros.local_part + "@" + macros.sender_domain;
    case 'l':
        return macros.local_part;
    case 'o':
        return macros.sender_domain;
    case 'd':
        return macros.domain;
    case 'i':
        return dotted(macros.address);
    case 'p':
        return macros.validated_name;
    case 'v':
        return macros.address.size() == 4 ? "in-addr" : "ip6";
    case 'h':
        return macros.helo;
    default:
        return {}; // c, r and t: only in explanations, which nobody sends here
    }
}

std::string transformed(const std::string& value, const Piece& piece)
{
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0;;) {
        const auto end = value.find_first_of(piece.splitters, begin);
        parts.push_back(std::string_view(value).substr(begin, end - begin));
        if (end == std::string::npos) break;
        begin = end + 1;
    }
    if (piece.reversed) std::ranges::reverse(parts);
    const std::size_t first = piece.parts != 0 && piece.parts < parts.size() ? parts.size() - piece.parts : 0;
    std::string text;
    for (std::size_t at = first; at < parts.size(); ++at) {
        if (at > first) text += '.';
        text += parts[at];
    }
    return text;
}

/// Everything but the unreserved characters of RFC 3986 §2.3.
std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        if (is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        constexpr std::string_view digits = "0123456789ABCDEF";
        const auto octet = static_cast<unsigned char>(c);
        out += '%';
        out += digits[octet >> 4U];
        out += digits[octet & 15U];
    }
    return out;
}

} // namespace

bool is_domain_spec(std::string_view text)
{
    const auto pieces = pieces_of(text);
    if (!pieces || pieces->empty()) return false;
    const auto explains = [](const Piece& piece) {
        return piece.letter == 'c' || piece.letter == 'r' || piece.letter == 't';
    };
    if (std::ranges::any_of(*pieces, explains)) return false;
    if (pieces->back().expands) return true;
    std::string_view end = pieces->back().literal;
    if (end.ends_with('.')) end.remove_suffix(1);
    const auto dot = end.rfind('.');
    return dot != std::string_view::npos && is_top_label(end.substr(dot + 1));
}

bool is_macro_string(std::string_view text)
{
    return pieces_of(text).has_value();
}

bool names_validated_name(std::string_view domain_spec)
{
    const auto pieces = pieces_of(domain_spec);
    return pieces && std::ranges::any_of(*pieces, [](const Piece& piece) { return piece.letter == 'p'; });
}

std::string expand(std::string_view domain_spec, const SpfMacros& macros)
{
    const auto pieces = pieces_of(domain_spec);
    std::string name;
    if (!pieces) return name;
    for (const auto& piece : *pieces) {
        if (piece.letter == 0) {
            name += piece.literal;
            continue;
        }
        const std::string value = transformed(value_of(piece.letter, macros), piece);
        name += piece.escaped ? escaped(value) : value;
    }
    if (name.ends_with('.')) name.pop_back();
    while (name.size() > longest_name) {
        const auto dot = name.find('.');
        if (dot == std::string::npos) return {};
        name.erase(0, dot + 1);
    }
    return name;
}

} // namespace pillarbox::mailauth

#pragma once

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::mime {

inline bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

/// White space of any kind a header field may hold, line ends included.
inline bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Whether `name` is among `names`, in any letters.
template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name)
{
    return std::any_of(names.begin(), names.end(),
                       [name](std::string_view known) { return ascii::equal(known, name); });
}

/// Of octets in quoted-printable, encoded words and parameters, which want them in upper case.
inline constexpr std::string_view hex_digits = "0123456789ABCDEF";

/// The value of a hexadecimal digit, or -1.
int hex_value(char c);

/// Without the white space, line ends included, at both ends.
std::string_view trim(std::string_view text);

/// One code point of UTF-8 and the octets it takes.
struct CodePoint
{
    char32_t value = 0xFFFD;
    std::size_t length = 0; // at least 1, unless the text was empty
    bool valid = false;
};

/// The first code point of `text`. What is not UTF-8 gives U+FFFD for the
/// octets that no valid sequence can begin with, as the Unicode standard
/// advises (§3.9); overlong forms and surrogates are not UTF-8 (RFC 3629 §3).
CodePoint first_code_point(std::string_view text);

void append_utf8(std::string& out, char32_t code_point);

bool is_utf8(std::string_view text);

/// `text` with everything that is not UTF-8 replaced by U+FFFD.
std::string scrub_utf8(std::string_view text);

/// Controls, C0 and C1, and those that turn the direction of text, which could
/// make a name or a subject look like another one.
bool is_unsafe_to_show(char32_t code_point);

/// One line fit to be shown: runs of white space and line ends become one
/// space, controls and direction marks go, and what is longer than
/// `most_characters` code points is cut. The result is valid UTF-8.
std::string one_line(std::string_view utf8, std::size_t most_characters);

/// `text` without the comments and the octets that `separates` says yes to at
/// its beginning: CFWS, RFC 5322 §3.2.2, when those are white space. Comments
/// nest, and a backslash in one takes the next octet along.
template <class Separates>
std::string_view skip_comments(std::string_view text, Separates separates)
{
    std::size_t depth = 0;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '(') {
            ++depth;
        } else if (depth > 0) {
            if (c == ')') --depth;
            if (c == '\\' && text.size() > 1) text.remove_prefix(1);
        } else if (!separates(c)) {
            break;
        }
        text.remove_prefix(1);
    }
    return text;
}

} // namespace pillarbox::mime

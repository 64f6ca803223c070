#include "server/mime/transfer_encoder.hpp"

#include "server/base/base64.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_quoted = 75; // characters before the "=" of a soft line break, RFC 2045 §6.7 (5)
constexpr std::size_t line_octets = 57; // make 76 characters of base64

bool goes_as_it_is(std::string_view rest)
{
    const char c = rest.front();
    // §6.7 (3): white space never ends a line.
    if (c == ' ' || c == '\t') return rest.size() > 1 && rest[1] != '\r';
    return c > ' ' && c < '\x7f' && c != '=';
}

} // namespace

std::string encode_quoted_printable(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    std::size_t column = 0;
    while (!text.empty()) {
        if (text.starts_with("\r\n")) {
            out += "\r\n";
            column = 0;
            text.remove_prefix(2);
            continue;
        }
        const bool plain = goes_as_it_is(text);
        const std::size_t width = plain ? 1 : 3;
        if (column + width > most_quoted) {
            out += "=\r\n";
            column = 0;
        }
        const auto octet = static_cast<unsigned char>(text.front());
        if (plain)
            out += text.front();
        else
            out.append(1, '=').append(1, hex_digits[octet >> 4U]).append(1, hex_digits[octet & 15U]);
        column += width;
        text.remove_prefix(1);
    }
    return out;
}

void Base64Writer::write_line(std::string_view octets, std::string& out)
{
    if (between_) out += "\r\n";
    out += base64_encode(octets);
    between_ = true;
}

void Base64Writer::feed(std::string_view octets, std::string& out)
{
    out.reserve(out.size() + octets.size() / line_octets * 78 + 78);
    if (!held_.empty()) {
        const auto missing = std::min(line_octets - held_.size(), octets.size());
        held_ += octets.substr(0, missing);
        octets.remove_prefix(missing);
        if (held_.size() < line_octets) return;
        write_line(held_, out);
        held_.clear();
    }
    while (octets.size() >= line_octets) {
        write_line(octets.substr(0, line_octets), out);
        octets.remove_prefix(line_octets);
    }
    held_ = octets;
}

void Base64Writer::finish(std::string& out)
{
    if (!held_.empty()) write_line(held_, out);
    held_.clear();
}

} // namespace pillarbox::mime

#include "web/api/text.hpp"

#include "server/base/ascii.hpp"

namespace pillarbox::api {

std::string_view cut_utf8(std::string_view text, std::size_t most)
{
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80)
        --most;
    return text.substr(0, most);
}

std::string content_disposition(std::string_view kind, std::string_view name)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string plain;
    std::string encoded;
    for (const char c : name) {
        const auto octet = static_cast<unsigned char>(c);
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii::is_digit(c);
        // RFC 8187 §3.2.1: attr-char
        if (letter || std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos)
            encoded += c;
        else
            (encoded += '%', encoded += digits[octet >> 4], encoded += digits[octet & 15]);
        if (octet < 0x80)
            plain += octet < 0x20 || c == '"' || c == '\\' || c == '%' || octet == 0x7f ? '_' : c;
        else if ((octet & 0xc0) == 0xc0)
            plain += '_'; // one for each character
    }
    return std::string(kind) + "; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

std::string sentence(std::string text)
{
    if (text.empty()) return text;
    if (text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    if (!text.ends_with('.')) text += '.';
    return text;
}

} // namespace pillarbox::api

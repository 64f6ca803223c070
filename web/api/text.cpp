#include "web/api/text.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::api {

namespace {

std::size_t quote_depth(std::string_view line)
{
    return std::min(line.find_first_not_of('>'), line.size());
}

} // namespace

std::string unix_lines(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        result += text[i] == '\r' ? '\n' : text[i];
    }
    return result;
}

std::string unflow(std::string_view text, bool delete_space)
{
    std::string result;
    bool flowing = false; // the line before ended in a soft break
    std::size_t depth_before = 0;
    const std::string lines = unix_lines(text);
    std::string_view rest = lines;
    while (!rest.empty()) {
        const bool ended = rest.find('\n') != std::string_view::npos;
        auto line = ascii::take_until(rest, '\n');
        const auto depth = quote_depth(line);
        const auto marks = line.substr(0, depth);
        line.remove_prefix(depth);
        if (line.starts_with(' ')) line.remove_prefix(1); // RFC 3676 §4.4: stuffed
        const bool signature = line == "-- ";             // §4.3: never flows
        if (flowing && (depth != depth_before || signature)) {
            result += '\n'; // §4.5: depths differ, so the paragraph is over
            flowing = false;
        }
        if (!flowing && depth > 0) result.append(marks).append(" ");
        flowing = line.ends_with(' ') && !signature;
        if (flowing && delete_space) line.remove_suffix(1);
        result += line;
        depth_before = depth;
        if (ended && !flowing) result += '\n';
    }
    return result;
}

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

} // namespace pillarbox::api

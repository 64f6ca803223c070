#include "server/smtp/reply.hpp"

#include <algorithm>

namespace pillarbox::smtp {

namespace {

constexpr std::size_t longest_line = 512; // with CRLF, RFC 5321 §4.5.3.1.5

void add_line(std::string& out, std::uint16_t code, char separator, std::string_view status,
              std::string_view text)
{
    const std::size_t start = out.size();
    out += std::to_string(code);
    out += separator;
    if (!status.empty()) {
        out += status;
        out += ' ';
    }
    const std::size_t room = longest_line - 2 - (out.size() - start);
    for (const char c : text.substr(0, room))
        out += c >= ' ' && c <= '~' ? c : '?';
    out += "\r\n";
}

} // namespace

std::string format(const Reply& reply)
{
    std::string out;
    add_line(out, reply.code, ' ', reply.status, reply.text);
    return out;
}

std::string format_lines(std::uint16_t code, std::string_view status, std::span<const std::string> lines)
{
    std::string out;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        add_line(out, code, i + 1 < lines.size() ? '-' : ' ', status, lines[i]);
    }
    return out;
}

} // namespace pillarbox::smtp

#include "server/transcript/script_lines.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace pillarbox::transcript {

std::vector<DialogueLine> parse_lines(std::string_view text)
{
    std::vector<DialogueLine> lines;
    while (!text.empty()) {
        std::string_view line = ascii::take_until(text, '\n');
        ascii::take_until(line, ' '); // its time
        const std::string_view mark = ascii::take_until(line, ' ');
        if (mark == "C:" || mark == "S:" || mark == "**") lines.push_back({mark.front(), line});
    }
    return lines;
}

std::string upper(std::string_view text)
{
    std::string capitals(text);
    for (char& c : capitals)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return capitals;
}

std::string escaped(std::string_view text)
{
    std::string pattern;
    for (const char c : text) {
        if (c == '*') pattern += '\\';
        pattern += c;
    }
    return pattern;
}

std::string address_in(std::string_view command)
{
    const auto begin = std::min(command.find('<'), command.size());
    const auto end = command.find('>', begin);
    if (end == std::string_view::npos) return {};
    return std::string(command.substr(begin + 1, end - begin - 1));
}

std::string without_tag(const std::string& address)
{
    const auto at = address.rfind('@');
    const auto plus = address.find('+');
    if (at == std::string::npos || plus > at) return address;
    return address.substr(0, plus) + address.substr(at);
}

std::uint64_t size_in(std::string_view words)
{
    return ascii::parse_number<std::uint64_t>(ascii::take_until(words, ' ')).value_or(0);
}

std::string filler(std::uint64_t octets)
{
    constexpr std::uint64_t line = 78; // with CRLF
    std::string text;
    if (octets >= line) text = fmt::format("\\{{{}*\\{{{}*x}}\\r\\n}}", octets / line, line - 2);
    if (octets % line > 0) text += fmt::format("\\{{{}*x}}", octets % line);
    return text;
}

std::string instead_of(std::string_view shown, bool pop3)
{
    struct Line
    {
        std::string_view withheld;
        std::string_view instead;
    };
    static constexpr std::array<Line, 6> whole{
        Line{"<a line that ends in LF alone>", "C<: NOOP\\n"},
        Line{"<a line with NUL>", "C: NOOP\\0"},
        Line{"<a line with octets that no command has>", "C: NOOP \\x01"},
        Line{"<TLS on a plain port>", "C<: \\x16\\x03\\x01"},
        Line{"<no command>", "C: XXXX"},
        Line{"AUTH <no mechanism>", "C: AUTH NONE"},
    };
    const auto known = std::ranges::find(whole, shown, &Line::withheld);
    if (known != whole.end()) return std::string(known->instead);
    if (shown == "<a line that is too long>") return pop3 ? "C: \\{600*X}" : "C: \\{3000*X}";
    const auto keyword = shown.substr(0, shown.find(' '));
    if (shown.ends_with("<a name with spaces>")) return fmt::format("C: {} a b", keyword);
    if (shown.ends_with("<HTTP>")) return fmt::format("C: {} / HTTP/1.1", keyword);
    return fmt::format("C: {} ?", keyword);
}

} // namespace pillarbox::transcript

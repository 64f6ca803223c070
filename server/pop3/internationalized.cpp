#include "server/pop3/internationalized.hpp"

#include "server/base/utf8_text.hpp"

#include <algorithm>

namespace pillarbox::pop3 {

namespace {

constexpr std::string_view line_end = "\r\n";

/// The topmost field of that name with what is folded behind it.
std::string_view field(std::string_view header, std::string_view name)
{
    while (!header.empty() && !header.starts_with(name)) {
        const auto end = std::min(header.find(line_end), header.size() - 1);
        header.remove_prefix(std::min(end + line_end.size(), header.size()));
    }
    std::size_t end = header.find(line_end);
    while (end != std::string_view::npos && header.substr(end + line_end.size()).starts_with(' '))
        end = header.find(line_end, end + line_end.size());
    return header.substr(0, end);
}

} // namespace

bool is_internationalized(std::string_view message)
{
    const std::string_view header = message.substr(0, message.find("\r\n\r\n"));
    if (!utf8::beyond_ascii(header)) return false;
    // Written by us, so it is always folded and spaced in the same way.
    return field(header, "Received: ").find("with UTF8SMTP") != std::string_view::npos;
}

} // namespace pillarbox::pop3

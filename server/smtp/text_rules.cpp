#include "server/smtp/text_rules.hpp"

#include <cstring>

namespace pillarbox::smtp {

std::size_t TextRules::plain(std::string_view octets)
{
    // A line's end first, by the library's fast search; the rest should hold none.
    const void* const cr = std::memchr(octets.data(), '\r', octets.size());
    std::size_t end =
        cr ? static_cast<std::size_t>(static_cast<const char*>(cr) - octets.data()) : octets.size();
    for (const char harmful : {'\n', '\0'}) {
        if (const void* const at = std::memchr(octets.data(), harmful, end))
            end = static_cast<std::size_t>(static_cast<const char*>(at) - octets.data());
    }
    return end;
}

void TextRules::text(std::string_view octets, std::string& out)
{
    line_ += octets.size();
    if (line_ > longest_line) flag(Fault::line_too_long);
    if (fault_ == Fault::none) out += octets;
}

void TextRules::line_end(std::string& out)
{
    if (fault_ == Fault::none) out += "\r\n";
    line_ = 0;
}

void TextRules::bare(char octet, std::string& out)
{
    if (octet == '\0') return flag(Fault::nul_octet);
    if (octet == '\r' || bare_line_feed_ == BareLineFeed::refused) flag(Fault::bare_line_end);
    if (octet == '\n') line_end(out);
}

void TextRules::flag(Fault fault)
{
    if (fault_ == Fault::none) fault_ = fault;
}

} // namespace pillarbox::smtp

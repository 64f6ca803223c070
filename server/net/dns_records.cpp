#include "server/net/dns_records.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::net::dns {

namespace {

constexpr std::size_t longest_label = 63; // RFC 1035 §2.3.4
constexpr std::size_t longest_name = 255;

unsigned octet_of(char c)
{
    return static_cast<unsigned char>(c);
}

bool belongs_in_name(char c)
{
    const char l = ascii::lower(c);
    return (l >= 'a' && l <= 'z') || ascii::is_digit(c) || c == '-' || c == '_';
}

char hex_digit(unsigned value)
{
    return "0123456789abcdef"[value & 15u];
}

} // namespace

std::optional<std::string> parse_name(std::string_view octets)
{
    std::string name;
    if (octets.size() > longest_name) return std::nullopt;
    while (!octets.empty()) {
        const auto length = octet_of(octets.front());
        octets.remove_prefix(1);
        if (length == 0) return octets.empty() ? std::optional(name) : std::nullopt;
        if (length > longest_label || length > octets.size()) return std::nullopt;
        const auto label = octets.substr(0, length);
        if (!std::ranges::all_of(label, belongs_in_name)) return std::nullopt;
        if (!name.empty()) name += '.';
        name += ascii::to_lower(label);
        octets.remove_prefix(length);
    }
    return std::nullopt; // without its end
}

std::optional<Mx> parse_mx(std::string_view octets)
{
    if (octets.size() < 3) return std::nullopt;
    auto host = parse_name(octets.substr(2));
    if (!host) return std::nullopt;
    const auto preference = octet_of(octets[0]) * 256 + octet_of(octets[1]);
    return Mx{static_cast<std::uint16_t>(preference), std::move(*host)};
}

std::optional<std::string> parse_txt(std::string_view octets)
{
    std::string text;
    while (!octets.empty()) {
        const auto length = octet_of(octets.front());
        octets.remove_prefix(1);
        if (length > octets.size()) return std::nullopt;
        text += octets.substr(0, length);
        octets.remove_prefix(length);
    }
    return text;
}

std::optional<Tlsa> parse_tlsa(std::string_view octets)
{
    if (octets.size() < 4) return std::nullopt;
    const auto field = [&](std::size_t at) { return static_cast<std::uint8_t>(octets[at]); };
    return Tlsa{field(0), field(1), field(2), std::string(octets.substr(3))};
}

std::optional<Srv> parse_srv(std::string_view octets)
{
    if (octets.size() < 7) return std::nullopt;
    auto host = parse_name(octets.substr(6));
    if (!host) return std::nullopt;
    const auto number = [&](std::size_t at) {
        return static_cast<std::uint16_t>(octet_of(octets[at]) * 256 + octet_of(octets[at + 1]));
    };
    return Srv{number(0), number(2), number(4), std::move(*host)};
}

std::string reverse_name(std::string_view octets)
{
    std::string name;
    for (auto at = octets.rbegin(); at != octets.rend(); ++at) {
        const auto octet = octet_of(*at);
        if (octets.size() == 4) {
            name += std::to_string(octet) + '.';
        } else {
            for (const char digit : {hex_digit(octet), hex_digit(octet >> 4u)}) {
                name += digit;
                name += '.';
            }
        }
    }
    return name + (octets.size() == 4 ? "in-addr.arpa" : "ip6.arpa");
}

} // namespace pillarbox::net::dns

#include "server/base/setting_values.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <limits>

namespace pillarbox::setting {

bool is_address(int family, const std::string& text)
{
    unsigned char octets[sizeof(in6_addr)];
    return ::inet_pton(family, text.c_str(), octets) == 1;
}

std::uint64_t parse_size(std::string_view text)
{
    std::string_view digits = text;
    unsigned shift = 0;
    if (!digits.empty()) {
        switch (ascii::lower(digits.back())) {
        case 'k':
            shift = 10;
            break;
        case 'm':
            shift = 20;
            break;
        case 'g':
            shift = 30;
            break;
        case 't':
            shift = 40;
            break;
        default:
            break;
        }
        if (shift != 0) digits.remove_suffix(1);
    }
    const auto number = ascii::parse_number<std::uint64_t>(digits);
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() >> shift)
        throw BadValue(
            fmt::format("'{}' is no size; write octets, or a number with K, M or G, such as 50M", text));
    return *number << shift;
}

std::chrono::seconds parse_time(std::string_view text)
{
    std::string_view digits = text;
    std::uint64_t unit = 1;
    if (!digits.empty() && !ascii::is_digit(digits.back())) {
        switch (ascii::lower(digits.back())) {
        case 's':
            unit = 1;
            break;
        case 'm':
            unit = 60;
            break;
        case 'h':
            unit = 3600;
            break;
        case 'd':
            unit = 86400;
            break;
        default:
            unit = 0;
            break;
        }
        digits.remove_suffix(1);
    }
    constexpr std::uint64_t longest = 100ull * 365 * 86400;
    const auto number = ascii::parse_number<std::uint64_t>(digits);
    if (!number || unit == 0 || *number > longest / unit)
        throw BadValue(fmt::format("'{}' is no time; write a number with s, m, h or d, such as 10m", text));
    return std::chrono::seconds(*number * unit);
}

std::chrono::seconds parse_login_delay(std::string_view text)
{
    const auto delay = parse_time(text);
    if (delay <= std::chrono::days(1)) return delay;
    throw BadValue(fmt::format("'{}' is too long; write 1d or less, or 0s for none", text));
}

std::chrono::days parse_expire(std::string_view text)
{
    if (text == "never") return Config::Pop3::never;
    const auto time = parse_time(text);
    const auto days = std::chrono::floor<std::chrono::days>(time);
    if (days == time) return days;
    throw BadValue(fmt::format("'{}' is not in whole days; write never, days such as 30d, or 0d for what was "
                               "retrieved",
                               text));
}

std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most)
{
    const auto number = ascii::parse_number<std::uint64_t>(text);
    if (!number || *number < least || *number > most)
        throw BadValue(fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
    return *number;
}

Endpoint parse_endpoint(std::string_view text)
{
    const auto bad = [text] {
        return BadValue(fmt::format(
            "'{}' is no address to listen on; write ADDRESS:PORT, such as 127.0.0.1:25 or [::]:25", text));
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) throw bad();
    const auto port = ascii::parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!port) throw bad();
    std::string address(text.substr(0, colon));
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (bracketed) address = address.substr(1, address.size() - 2);
    if (!is_address(bracketed ? AF_INET6 : AF_INET, address)) throw bad();
    return {std::move(address), *port};
}

std::pair<std::uint16_t, std::uint16_t> parse_published_port(std::string_view text)
{
    std::string_view outside = text;
    const auto ours = ascii::parse_number<std::uint16_t>(ascii::take_until(outside, '='));
    const auto theirs = ascii::parse_number<std::uint16_t>(outside.substr(outside.rfind(':') + 1));
    if (ours.value_or(0) == 0 || theirs.value_or(0) == 0)
        throw BadValue(fmt::format("'{}' does not say which port is reached by which; write 25=2525: ours, "
                                   "and the one outside",
                                   text));
    return {*ours, *theirs};
}

Network parse_network(std::string_view text)
{
    const auto slash = text.find('/');
    std::string address(text.substr(0, slash));
    const bool v6 = is_address(AF_INET6, address);
    const unsigned bits = v6 ? 128 : 32;
    std::optional<unsigned> prefix = bits;
    if (slash != std::string_view::npos) prefix = ascii::parse_number<unsigned>(text.substr(slash + 1));
    if (!(v6 || is_address(AF_INET, address)) || !prefix || *prefix > bits)
        throw BadValue(
            fmt::format("'{}' is no network; write 192.0.2.0/24, 2001:db8::/32 or one address", text));
    return {std::move(address), *prefix};
}

std::string parse_separators(std::string_view text)
{
    constexpr std::string_view allowed = "+-_=.~";
    if (text.find_first_not_of(allowed) != std::string_view::npos)
        throw BadValue(
            fmt::format("'{}' cannot separate; write some of {} such as + or +-, or nothing", text, allowed));
    return std::string(text);
}

std::string parse_host_name(std::string_view text)
{
    const auto bad = [text] {
        return BadValue(
            fmt::format("'{}' is no host name; write one in ASCII, such as mail.example.org", text));
    };
    if (text.empty() || text.size() > 253) throw bad();
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto label = ascii::take_until(rest, '.');
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') throw bad();
        for (const char c : label) {
            const char l = ascii::lower(c);
            if (!(l >= 'a' && l <= 'z') && !ascii::is_digit(l) && l != '-') throw bad();
        }
    }
    if (text.back() == '.') throw bad();
    return ascii::to_lower(text);
}

std::vector<std::string> parse_mechanisms(const std::vector<std::string>& names)
{
    constexpr std::array<std::string_view, 9> known{"SCRAM-SHA-256-PLUS",
                                                    "SCRAM-SHA-256",
                                                    "SCRAM-SHA-1-PLUS",
                                                    "SCRAM-SHA-1",
                                                    "CRAM-MD5",
                                                    "PLAIN",
                                                    "LOGIN",
                                                    "OAUTHBEARER",
                                                    "XOAUTH2"};
    std::vector<std::string> chosen;
    for (const auto& name : names) {
        if (std::ranges::find(known, name) == known.end())
            throw BadValue(fmt::format("'{}' is none of: {}", name, fmt::join(known, ", ")));
        if (std::ranges::find(chosen, name) != chosen.end())
            throw BadValue(fmt::format("'{}' is there twice", name));
        chosen.push_back(name);
    }
    if (chosen.empty()) throw BadValue("nobody could sign in; name one at least, PLAIN for example");
    return chosen;
}

} // namespace pillarbox::setting

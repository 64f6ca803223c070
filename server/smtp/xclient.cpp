#include "server/smtp/xclient.hpp"

#include "server/base/ascii.hpp"
#include "server/base/xtext.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace pillarbox::smtp {

namespace {

constexpr Reply attribute_syntax{501, "5.5.4", "write XCLIENT NAME=VALUE, with xtext for values"};
constexpr Reply unknown_attribute{501, "5.5.4", "attribute not recognised: send only those that EHLO lists"};
constexpr Reply bad_address{501, "5.5.4",
                            "write ADDR and DESTADDR as 192.0.2.1, IPV6:2001:db8::1 or [UNAVAILABLE]"};
constexpr Reply bad_port{501, "5.5.4", "write PORT and DESTPORT as numbers up to 65535 or [UNAVAILABLE]"};
constexpr Reply bad_protocol{501, "5.5.4", "write PROTO as SMTP or ESMTP"};

bool is_unknown(std::string_view value)
{
    return ascii::equal(value, "[UNAVAILABLE]") || ascii::equal(value, "[TEMPUNAVAIL]");
}

bool is_printable(std::string_view value)
{
    return std::ranges::all_of(value, [](char c) { return c > ' ' && c <= '~'; });
}

/// `192.0.2.7`, or with `IPV6:` in front; nothing when it is neither.
std::optional<std::string> address_in(std::string_view value)
{
    constexpr std::string_view v6 = "IPV6:";
    const bool is_v6 = ascii::starts_with(value, v6);
    std::string address(is_v6 ? value.substr(v6.size()) : value);
    in6_addr octets{};
    if (::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), &octets) != 1) return std::nullopt;
    return address;
}

/// Takes one attribute into `all`; the reply that refuses it, if so.
std::optional<Reply> take(std::string_view name, std::string_view value, XclientCommand& all)
{
    const bool unknown = is_unknown(value);
    if (ascii::equal(name, "ADDR") || ascii::equal(name, "DESTADDR")) {
        const auto address = unknown ? std::string() : address_in(value);
        if (!address) return bad_address;
        if (ascii::equal(name, "ADDR")) all.address = *address;
    } else if (ascii::equal(name, "PORT") || ascii::equal(name, "DESTPORT")) {
        if (!unknown && !ascii::parse_number<std::uint16_t>(value)) return bad_port;
    } else if (ascii::equal(name, "PROTO")) {
        all.extended = !ascii::equal(value, "SMTP");
        if (all.extended && !ascii::equal(value, "ESMTP")) return bad_protocol;
    } else if (ascii::equal(name, "HELO")) {
        all.helo = unknown ? std::string() : std::string(value);
    } else if (ascii::equal(name, "LOGIN")) {
        all.login = unknown ? std::string() : std::string(value);
    } else if (!ascii::equal(name, "NAME")) {
        return unknown_attribute;
    }
    return std::nullopt;
}

} // namespace

Parsed<XclientCommand> parse_xclient(std::string_view argument)
{
    XclientCommand all;
    bool any = false;
    while (!argument.empty()) {
        std::string_view value = ascii::take_until(argument, ' ');
        if (value.empty()) continue; // several spaces
        if (value.find('=') == std::string_view::npos) return attribute_syntax;
        const std::string_view name = ascii::take_until(value, '=');
        const auto decoded = decode_xtext(value);
        if (!decoded || decoded->empty() || !is_printable(*decoded)) return attribute_syntax;
        if (const auto refusal = take(name, *decoded, all)) return *refusal;
        any = true;
    }
    if (!any) return attribute_syntax;
    return all;
}

} // namespace pillarbox::smtp

#include "server/transfer/pop3_url.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/transfer/failed.hpp"

#include <algorithm>

namespace pillarbox::transfer {

namespace {

constexpr std::uint16_t pop3_port = 110;  // RFC 1939 §3
constexpr std::uint16_t pop3s_port = 995; // RFC 8314 §3.3
constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_user = 200; // a command has at most 255 octets, RFC 2449 §4

[[noreturn]] void refuse(const std::string& why)
{
    throw Failed("the URL of the maildrop: " + why +
                 "; write pop3s://user@host or pop3://user@host, with :port behind it if it is another one");
}

/// Takes `prefix` off.
bool take(std::string_view& text, std::string_view prefix)
{
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string decode_user(std::string_view text)
{
    std::string user;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            user += text[at];
            continue;
        }
        const int high = at + 2 < text.size() ? mime::hex_value(text[at + 1]) : -1;
        const int low = high < 0 ? -1 : mime::hex_value(text[at + 2]);
        if (low < 0) refuse("a % in the user's name is to be written %25");
        user += static_cast<char>(high * 16 + low);
        at += 2;
    }
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(user, control)) refuse("the user's name holds a control character");
    if (user.empty()) refuse("it names no user");
    if (user.size() > longest_user) refuse("the user's name is too long");
    return user;
}

std::uint16_t parse_port(std::string_view text)
{
    const auto port = ascii::parse_number<std::uint16_t>(text);
    if (!port || *port == 0) refuse("the port is a number from 1 to 65535");
    return *port;
}

void parse_host(std::string_view text, Pop3Url& url)
{
    std::string_view port;
    bool has_port = false;
    if (take(text, "[")) { // an address of IPv6, RFC 3986 §3.2.2
        const auto end = text.find(']');
        if (end == std::string_view::npos) refuse("the ] behind the address is missing");
        url.host = text.substr(0, end);
        port = text.substr(end + 1);
        if (!port.empty() && port.front() != ':') refuse("behind the ] only a port may stand");
        has_port = !port.empty();
    } else {
        const auto end = std::min(text.find(':'), text.size());
        url.host = text.substr(0, end);
        port = text.substr(end);
        has_port = !port.empty();
    }
    if (has_port) url.port = parse_port(port.substr(1));
    const auto fits = [](char c) {
        return mime::is_alpha(c) || ascii::is_digit(c) || c == '-' || c == '.' || c == ':' || c == '_';
    };
    if (url.host.empty()) refuse("it names no host");
    if (url.host.size() > longest_host || !std::ranges::all_of(url.host, fits))
        refuse("the host is a name such as pop.example.org, or an address");
}

} // namespace

Pop3Url parse_pop3_url(std::string_view text)
{
    Pop3Url url;
    if (take(text, "pop3s://")) {
        url.tls = Pop3Url::Tls::implicit;
        url.port = pop3s_port;
    } else if (take(text, "pop3://")) {
        url.port = pop3_port;
    } else {
        refuse("it begins with neither pop3s:// nor pop3://");
    }

    const auto question = text.find('?');
    if (question != std::string_view::npos) {
        if (text.substr(question) != "?tls=none") refuse("behind a ? only tls=none may stand");
        if (url.tls == Pop3Url::Tls::implicit) refuse("pop3s:// is TLS, and tls=none is not");
        url.tls = Pop3Url::Tls::none;
        text = text.substr(0, question);
    }
    if (text.ends_with('/')) text.remove_suffix(1);

    const auto at = text.rfind('@');
    if (at == std::string_view::npos) refuse("it names no user");
    const auto user = text.substr(0, at);
    // RFC 3986 §3.2.1: others see a command's arguments, and shells remember them.
    if (user.find(':') != std::string_view::npos)
        refuse("a password has no place in it (a : in the user's name is written %3A)");
    url.user = decode_user(user);
    parse_host(text.substr(at + 1), url);
    return url;
}

} // namespace pillarbox::transfer

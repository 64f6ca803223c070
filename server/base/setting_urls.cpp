#include "server/base/setting_values.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>

namespace pillarbox::setting {

namespace {

constexpr std::uint16_t submission_port = 587;  // RFC 6409 §3.1
constexpr std::uint16_t submissions_port = 465; // RFC 8314 §3.3
constexpr std::size_t longest_user = 255;       // of a SASL name that servers take

/// `host`, `host:port`, `[2001:db8::1]:port`. Empty when the port is none.
struct Authority
{
    std::string host; // without brackets
    std::optional<std::uint16_t> port;
    bool v6 = false; // it was in brackets
};

std::optional<Authority> parse_authority(std::string_view text, std::uint16_t usual_port)
{
    const auto bracket = text.rfind(']');
    const auto colon = text.rfind(':');
    const bool ported =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    Authority authority;
    authority.port = usual_port;
    if (ported) authority.port = ascii::parse_number<std::uint16_t>(text.substr(colon + 1));
    if (!authority.port || *authority.port == 0) return std::nullopt;
    const auto host = ported ? text.substr(0, colon) : text;
    authority.v6 = host.starts_with('[') && host.ends_with(']');
    authority.host = authority.v6 ? host.substr(1, host.size() - 2) : host;
    return authority;
}

int hex_digit(char c)
{
    if (ascii::is_digit(c)) return c - '0';
    const char l = ascii::lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

/// %XX undone. Empty when one is none.
std::optional<std::string> decode(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        if (at + 2 >= text.size()) return std::nullopt;
        const int high = hex_digit(text[at + 1]);
        const int low = hex_digit(text[at + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        plain += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return plain;
}

} // namespace

HttpUrl parse_http_url(std::string_view text)
{
    const auto bad = [text](std::string_view why) {
        return BadValue(
            fmt::format("'{}' {}; write a URL such as https://login.example.org/introspect", text, why));
    };
    HttpUrl url;
    url.tls = text.starts_with("https://");
    if (!url.tls && !text.starts_with("http://")) throw bad("is no URL of HTTP");
    std::string_view rest = text.substr(text.find("//") + 2);
    const auto visible = [](char c) { return c > ' ' && c <= '~' && c != '#'; };
    if (!std::ranges::all_of(rest, visible)) throw bad("has characters that a URL has not");
    const auto path = std::min(rest.find_first_of("/?"), rest.size());
    url.target = rest.substr(path);
    if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
    std::string_view authority = rest.substr(0, path);
    if (authority.find('@') != std::string_view::npos)
        throw bad("has a user in it, who has a key of their own"); // auth.oauth_client_id
    auto server = parse_authority(authority, url.tls ? 443 : 80);
    if (!server) throw bad("has no port behind its colon");
    url.port = *server->port;
    if (server->v6 && !is_address(AF_INET6, server->host))
        throw bad("has no address of IPv6 in its brackets");
    url.host = server->v6 ? std::move(server->host) : parse_host_name(server->host);
    // A secret and tokens cross this connection.
    const bool here = url.host == "localhost" || url.host == "::1" ||
                      (url.host.starts_with("127.") && is_address(AF_INET, url.host));
    if (!url.tls && !here) throw bad("would send secrets in the clear to another machine");
    return url;
}

SmtpUrl parse_smtp_url(std::string_view text)
{
    // Never repeated in an error: somebody may have put a password into it.
    const auto bad = [](std::string_view why) {
        return BadValue(
            fmt::format("the URL {}; write smtp://user@host:587 with STARTTLS, smtps://user@host "
                        "with TLS from the first octet, either without user@ where nobody signs in",
                        why));
    };
    SmtpUrl url;
    if (text.empty()) return url;
    url.tls = text.starts_with("smtps://");
    if (!url.tls && !text.starts_with("smtp://")) throw bad("begins with neither smtp:// nor smtps://");
    std::string_view rest = text.substr(text.find("//") + 2);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto at = rest.rfind('@');
    if (at != std::string_view::npos) {
        const auto user = rest.substr(0, at);
        if (user.find(':') != std::string_view::npos)
            throw bad("has no place for a password, which belongs into outbound.smarthost_password_file");
        auto decoded = decode(user);
        const auto fits = [](unsigned char c) { return c >= ' ' && c != 0x7f; };
        if (!decoded || decoded->empty() || decoded->size() > longest_user ||
            !std::ranges::all_of(*decoded, fits))
            throw bad("names a user that is none");
        url.user = std::move(*decoded);
        rest.remove_prefix(at + 1);
    }
    auto server = parse_authority(rest, url.tls ? submissions_port : submission_port);
    if (!server) throw bad("has no port behind its colon");
    url.port = *server->port;
    if (server->v6 && !is_address(AF_INET6, server->host))
        throw bad("has no address of IPv6 in its brackets");
    url.host = server->v6 ? std::move(server->host) : parse_host_name(server->host);
    return url;
}

std::uint32_t parse_pace(std::string_view text)
{
    constexpr std::uint64_t most = 60'000; // beyond that nobody means a limit
    return static_cast<std::uint32_t>(parse_count(text, 0, most));
}

MailRoute parse_mail_route(std::string_view text)
{
    const auto bad = [](std::string_view why) {
        return BadValue(
            fmt::format("the route {}; write a domain and a URL, such as 'example.org "
                        "smtp://user@relay.example.net:587' or 'lists.example.org "
                        "lmtp://127.0.0.1:24', and if need be offered, encrypted or verified, and "
                        "how many messages a minute may go there, such as 60/min",
                        why));
    };
    std::vector<std::string_view> words;
    while (!text.empty())
        if (const auto word = ascii::take_until(text, ' '); !word.empty()) words.push_back(word);
    MailRoute route;
    constexpr std::string_view per_minute = "/min";
    if (words.size() > 2 && words.back().ends_with(per_minute)) {
        words.back().remove_suffix(per_minute.size());
        route.messages_per_minute = parse_pace(words.back());
        words.pop_back();
    }
    if (words.size() < 2 || words.size() > 3) throw bad("has not two or three words");
    route.domain = parse_host_name(words[0]);
    constexpr std::string_view lmtp = "lmtp://";
    route.lmtp = words[1].starts_with(lmtp);
    if (route.lmtp) {
        const auto rest = words[1].substr(lmtp.size());
        const auto host = rest.substr(rest.find('@') + 1);
        if (host.rfind(':') == std::string_view::npos || host.ends_with(']'))
            throw bad("names no port for LMTP"); // RFC 2033 §5: port 25 it must not be, and there is no other
        route.to = parse_smtp_url("smtp://" + std::string(rest));
    } else {
        route.to = parse_smtp_url(words[1]);
    }
    if (route.to.host.empty()) throw bad("names no server");
    using Tls = MailRoute::Tls;
    const bool meant = route.to.tls || !route.to.user.empty();
    route.tls = meant ? Tls::verified : Tls::offered;
    if (words.size() == 3) {
        if (words[2] == "offered")
            route.tls = Tls::offered;
        else if (words[2] == "encrypted")
            route.tls = Tls::encrypted;
        else if (words[2] == "verified")
            route.tls = Tls::verified;
        else
            throw bad("asks for TLS in a word that is none of offered, encrypted, verified");
        if (meant && route.tls != Tls::verified)
            throw bad("would send a password, or speak smtps, to whoever answers");
    }
    return route;
}

} // namespace pillarbox::setting

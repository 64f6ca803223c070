#include "server/smtp/path.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/base/utf8_text.hpp"
#include "server/mailflow/srs.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <optional>

namespace pillarbox::smtp {

namespace {

constexpr std::size_t longest_local_part = 64; // RFC 5321 §4.5.3.1.1
constexpr std::size_t longest_domain = 255;    // RFC 5321 §4.5.3.1.2
constexpr std::size_t longest_path = 256;      // RFC 5321 §4.5.3.1.3, with its punctuation
constexpr std::size_t longest_label = 63;      // RFC 1035 §2.3.4

bool is_alnum(char c)
{
    return ascii::is_digit(c) || (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z');
}

/// UTF8-non-ascii, which RFC 6531 §3.3 adds to atext, qtextSMTP and sub-domain.
/// Whether its octets are UTF-8 is looked at once they are together.
bool non_ascii(char c)
{
    return static_cast<unsigned char>(c) >= 0x80;
}

bool is_atext(char c) // RFC 5322 §3.2.3
{
    return is_alnum(c) || non_ascii(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// Removes the run that `wanted` accepts from the front of `text`.
template <class Wanted>
std::string_view take_while(std::string_view& text, Wanted wanted)
{
    const auto end = std::find_if_not(text.begin(), text.end(), wanted);
    const std::string_view run = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(run.size());
    return run;
}

bool take(std::string_view& text, char c)
{
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

bool is_dot_string(std::string_view text)
{
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    if (text.find("..") != std::string_view::npos) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atext(c); });
}

/// Dot-string / Quoted-string; what the quotes hold, unquoted and composed.
std::optional<std::string> take_local_part(std::string_view& text)
{
    const std::string_view before = text;
    std::string local;
    if (take(text, '"')) {
        for (;;) {
            if (text.empty()) return std::nullopt;
            char c = text.front();
            text.remove_prefix(1);
            if (c == '"') break;
            if (c == '\\') { // quoted-pairSMTP
                if (text.empty()) return std::nullopt;
                c = text.front();
                text.remove_prefix(1);
            }
            if (!non_ascii(c) && (c < ' ' || c > '~')) return std::nullopt;
            local += c;
        }
        if (local.empty()) return std::nullopt; // legal, but names nobody
    } else {
        local = take_while(text, [](char c) { return c == '.' || is_atext(c); });
        if (!is_dot_string(local)) return std::nullopt;
    }
    // A server that has rewritten a long address may have got a longer one,
    // and its bounces are wanted. The path's own limit is left.
    const std::size_t most = mailflow::Srs::has_form(local) ? longest_path : longest_local_part;
    if (before.size() - text.size() > most) return std::nullopt;
    auto composed = utf8::compose(local);
    if (composed && composed->size() > most) return std::nullopt;
    return composed;
}

bool is_host_name(std::string_view name)
{
    for (;;) {
        const auto dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (label.empty() || label.size() > longest_label) return false;
        if (label.front() == '-' || label.back() == '-') return false;
        if (!std::all_of(label.begin(), label.end(), [](char c) { return c == '-' || is_alnum(c); }))
            return false;
        if (dot == std::string_view::npos) return true;
        name.remove_prefix(dot + 1);
    }
}

/// A domain in A-labels and lower case. No trailing dot, no underscore: RFC
/// 5321 §4.1.2.
std::optional<std::string> take_domain_name(std::string_view& text)
{
    const std::string_view name =
        take_while(text, [](char c) { return c == '.' || c == '-' || is_alnum(c) || non_ascii(c); });
    if (name.size() > longest_domain) return std::nullopt;
    auto ascii = domain_name::to_ascii(name);
    if (!ascii || ascii->size() > longest_domain || !is_host_name(*ascii)) return std::nullopt;
    return ascii;
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]`, RFC 5321 §4.1.3. Other kinds of
/// literal have no registered tag and are refused.
std::optional<std::string> take_address_literal(std::string_view& text)
{
    const auto end = text.find(']');
    if (end > longest_domain) return std::nullopt; // or there is none
    const std::string literal(text.substr(0, end + 1));
    std::string address = literal.substr(1, end - 1);
    constexpr std::string_view tag = "IPv6:";
    int family = AF_INET;
    if (ascii::starts_with(address, tag)) {
        family = AF_INET6;
        address.erase(0, tag.size());
    }
    if (address.find('\0') != std::string::npos) return std::nullopt; // inet_pton would not look behind it
    in6_addr parsed{};
    if (inet_pton(family, address.c_str(), &parsed) != 1) return std::nullopt;
    text.remove_prefix(end + 1);
    return ascii::to_lower(literal);
}

std::optional<Path> take_mailbox(std::string_view& text)
{
    auto local = take_local_part(text);
    if (!local || !take(text, '@')) return std::nullopt;
    auto domain = text.starts_with('[') ? take_address_literal(text) : take_domain_name(text);
    if (!domain) return std::nullopt;
    return Path{std::move(*local), std::move(*domain), false};
}

/// `@one,@two:` is read and dropped. False when it begins like one and is none.
bool skip_source_route(std::string_view& text)
{
    if (!text.starts_with('@')) return true;
    do {
        if (!take(text, '@') || !take_domain_name(text)) return false;
    } while (take(text, ','));
    return take(text, ':');
}

constexpr Reply no_brackets{501, "5.5.4", "put the address in angle brackets: <name@example.org>"};
constexpr Reply bad_sender{501, "5.1.7", "not a sender address: write <name@example.org>"};
constexpr Reply bad_recipient{501, "5.1.3", "not a recipient address: write <name@example.org>"};

} // namespace

std::string Path::address() const
{
    if (null()) return {};
    std::string text;
    if (is_dot_string(local_part)) {
        text = local_part;
    } else {
        text += '"';
        for (const char c : local_part) {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
        text += '"';
    }
    if (!domain.empty()) {
        text += '@';
        text += domain;
    }
    return text;
}

Parsed<Path> take_path(std::string_view& text, PathKind kind)
{
    const bool reverse = kind == PathKind::reverse;
    const Reply bad = reverse ? bad_sender : bad_recipient;
    std::string_view rest = text;
    if (!take(rest, '<')) return no_brackets;

    if (reverse && take(rest, '>')) {
        text = rest;
        return Path{};
    }
    // "<Postmaster>" without a domain, in any case: RFC 5321 §4.1.1.3, §4.5.1.
    constexpr std::string_view postmaster = "postmaster>";
    if (!reverse && ascii::starts_with(rest, postmaster)) {
        rest.remove_prefix(postmaster.size());
        text = rest;
        return Path{"postmaster", {}, false};
    }

    if (!skip_source_route(rest)) return bad;
    auto path = take_mailbox(rest);
    if (!path || !take(rest, '>')) return bad;
    if (text.size() - rest.size() > longest_path) return bad;
    path->utf8 = utf8::beyond_ascii(text.substr(0, text.size() - rest.size()));
    text = rest;
    return std::move(*path);
}

Path parse_mailbox(std::string_view text)
{
    const bool utf8 = utf8::beyond_ascii(text);
    auto path = take_mailbox(text);
    if (!path || !text.empty()) return {};
    path->utf8 = utf8;
    return std::move(*path);
}

} // namespace pillarbox::smtp

#pragma once

#include "server/base/config.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// How values are written in the configuration. Each throws BadValue, whose
/// text says what would be right.
namespace pillarbox::setting {

class BadValue : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Whether the text is a literal address of the family, AF_INET or AF_INET6.
bool is_address(int family, const std::string& text);

/// Octets: a number, or one with K, M, G or T (powers of 1024).
std::uint64_t parse_size(std::string_view text);

/// A number with s, m, h or d; without a unit it is seconds.
std::chrono::seconds parse_time(std::string_view text);

/// A day at most, 0 included.
std::chrono::seconds parse_login_delay(std::string_view text);

/// Whole days, 0 included, or `never`: then it is Config::Pop3::never.
std::chrono::days parse_expire(std::string_view text);

/// A whole number from `least` to `most`.
std::uint64_t parse_count(std::string_view text, std::uint64_t least, std::uint64_t most);

/// Characters that end a name in an address, such as `+` or `+-`; empty: none.
/// They are some of those that stand between words in names.
std::string parse_separators(std::string_view text);

/// `127.0.0.1:25`, `[::]:25`; port 0 lets the system choose.
Endpoint parse_endpoint(std::string_view text);

/// `25=2525`: a port of ours, and the one by which others reach it. An address
/// may stand before that, `25=192.0.2.1:2525`, as containers are told.
std::pair<std::uint16_t, std::uint16_t> parse_published_port(std::string_view text);

/// `192.0.2.0/24`, `2001:db8::/32`, or an address alone.
Network parse_network(std::string_view text);

/// `https://login.example.org/introspect`, or with http:// a server on this
/// machine.
HttpUrl parse_http_url(std::string_view text);

/// `smtp://user@host:587` or `smtps://host`; a user's octets that cannot stand
/// there are %XX (RFC 3986 §3.2.1).
SmtpUrl parse_smtp_url(std::string_view text);

/// `zen.example`, with `=WEIGHT` and `/ANSWER` or `/FIRST-LAST` behind it.
DnsList parse_dns_list(std::string_view text);

/// A number from 0 to 100 with decimals, as junk is counted.
double parse_score(std::string_view text);

/// `DOMAIN URL`, and behind it `offered`, `encrypted` or `verified`: where mail
/// for a domain goes, by smtp://, smtps:// or lmtp://, and which TLS it must have
/// there. Who signs in, and smtps, is for the server that was meant: verified.
MailRoute parse_mail_route(std::string_view text);

/// How many messages a minute may go somewhere; 0: no limit.
std::uint32_t parse_pace(std::string_view text);

/// A host name in ASCII, RFC 1123 §2.1, in lower case.
std::string parse_host_name(std::string_view text);

/// Names of SASL mechanisms, each once and one at least.
std::vector<std::string> parse_mechanisms(const std::vector<std::string>& names);

} // namespace pillarbox::setting

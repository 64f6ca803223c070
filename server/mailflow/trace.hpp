#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// What a Received field tells of one hop. All text has been checked: no
/// white space, no control characters, no parentheses.
struct Hop
{
    std::string_view helo;      // the name the client gave; empty when it gave none fit to be written
    std::string_view client;    // its address as a literal, "[192.0.2.1]"; empty for our own mail
    std::string_view hostname;  // ours
    std::string_view protocol;  // RFC 3848, RFC 6531 §4.3: "SMTP", "ESMTPSA", "UTF8SMTPSA"...; may be empty
    std::string_view tls;       // "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty without TLS
    std::string_view id;        // of the message here, as the log has it
    std::string_view recipient; // empty when there are several: none may learn of another (RFC 5321 §7.2)
    std::chrono::sys_seconds time{};
};

/// A Received field, RFC 5321 §4.4, folded so that lines stay within 78 octets
/// where words allow it (RFC 5322 §2.1.1). With CRLF.
std::string received(const Hop& hop);

/// The Return-Path field that final delivery puts on top, RFC 5321 §4.4.
std::string return_path(std::string_view reverse_path);

/// Which address brought a copy here; also how a forwarding loop is seen.
std::string delivered_to(std::string_view address);

/// An address literal as RFC 5321 §4.1.3 writes it. `address` is an IP address
/// in text; an IPv4 address mapped into IPv6 is written as IPv4.
std::string address_literal(std::string_view address);

} // namespace pillarbox::mailflow

#pragma once

#include "server/net/line_buffer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pillarbox::pop3 {

enum class Verb
{
    malformed, // a verb we know, with arguments it does not take; or a faulty line
    unknown,
    // AUTHORIZATION
    user,
    pass,
    apop,
    auth,
    stls,
    utf8,
    // TRANSACTION
    stat,
    list,
    retr,
    dele,
    rset,
    top,
    uidl,
    last, // RFC 1460; gone from RFC 1939, and still sent by old clients
    // both
    noop,
    capa,
    lang,
    quit
};

/// One parsed command. Views point into the line it was parsed from.
struct Command
{
    Verb verb = Verb::malformed;

    /// message-number; absent in "LIST", "UIDL". One too large for 32 bits
    /// comes as the largest, which no message has; "0" comes as 0.
    std::optional<std::uint32_t> number{};

    /// TOP only, RFC 1939 §7: 0 is a valid count, a huge one means all.
    std::uint32_t body_lines = 0;

    std::string_view argument{}; // USER, PASS, AUTH, LANG: the rest, verbatim; APOP: the name
    std::string_view digest{};   // APOP: 32 lower-case hex digits
};

/// Parses a command line, RFC 1939 §3. Never fails: what cannot be obeyed
/// comes back as Verb::malformed or Verb::unknown. Keywords are taken in any
/// case; spaces too many between arguments or at the end do no harm, except in
/// a password.
Command parse_command(const net::Line& line);

/// Whether a command begins so, in any case.
bool is_keyword(std::string_view word);

} // namespace pillarbox::pop3

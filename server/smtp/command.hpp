#pragma once

#include "server/net/line_buffer.hpp"
#include "server/smtp/parameters.hpp"
#include "server/smtp/path.hpp"
#include "server/smtp/reply.hpp"
#include "storage/envelope.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace pillarbox::smtp {

enum class Verb
{
    malformed, // the line itself is wrong; `refusal` says how
    unknown,
    http, // a browser, or someone who makes one talk to us
    ehlo,
    helo,
    lhlo, // LMTP's EHLO, RFC 2033 §4.1
    mail,
    rcpt,
    data,
    bdat,
    rset,
    noop,
    vrfy,
    expn,
    help,
    quit,
    starttls,
    auth,
    xclient // see xclient.hpp
};

/// One command line, taken apart. Views point into the line.
struct Command
{
    Verb verb = Verb::malformed;
    std::string_view argument; // without the spaces around it
    Reply refusal;             // for Verb::malformed
};

/// Splits a command line, RFC 5321 §4.1.1; verbs are known in any case. Never
/// fails: what cannot be obeyed is Verb::malformed or Verb::unknown. Control
/// characters are refused in every command, octets above 126 in all but those
/// that have an address in them: RFC 6531 §3.1 has UTF-8 there. A BDAT that is
/// wrong in such a way is Verb::bdat all the same, without an argument: whoever
/// obeys it must know that octets follow.
Command parse_command(const net::Line& line);

/// MAIL, RFC 5321 §4.1.1.2, with the parameters of RFC 1870 (SIZE), RFC 6152
/// and RFC 3030 (BODY), RFC 3461 (RET, ENVID), RFC 6531 (SMTPUTF8) and, where they are
/// offered, RFC 4954 §5 (AUTH), RFC 8689 (REQUIRETLS), RFC 4865 (HOLDFOR, HOLDUNTIL) and
/// RFC 2852 (BY).
struct MailCommand
{
    Path reverse_path;
    std::uint64_t size = 0; // octets as declared; 0 when not declared
    bool binary = false;    // BODY=BINARYMIME
    storage::MailParameters parameters;
    std::optional<std::chrono::seconds> hold_for;         // HOLDFOR
    std::optional<std::chrono::sys_seconds> hold_until{}; // or HOLDUNTIL
    std::optional<ByParameter> by{};                      // BY
};

/// What is offered in some sessions only.
struct Offered
{
    bool submission = false; // AUTH= is then read and ignored: the sender is who signed in
    bool tls = false;        // is there already, RFC 8689 §2
};

Parsed<MailCommand> parse_mail(std::string_view argument, Offered offered);

/// RCPT, RFC 5321 §4.1.1.3, with the parameters of RFC 3461 (NOTIFY, ORCPT).
struct RcptCommand
{
    Path forward_path;
    storage::RcptParameters parameters;
};

/// `utf8` says whether MAIL had SMTPUTF8; without it only ASCII may stand in a path.
Parsed<RcptCommand> parse_rcpt(std::string_view argument, bool utf8);

/// Whether there are spaces between `FROM:` or `TO:` and the path. They are
/// against RFC 5321 §3.3; parse_mail() and parse_rcpt() take them.
bool space_after_colon(std::string_view argument);

/// BDAT, RFC 3030 §2: how many octets follow the line, and whether they are the message's last.
struct ChunkCommand
{
    std::uint64_t octets = 0;
    bool last = false;
};

Parsed<ChunkCommand> parse_bdat(std::string_view argument);

/// Whether a name given with EHLO or HELO may be copied into a trace field: at
/// most 255 octets of letters, digits and `.:[]_-`.
bool traceable_name(std::string_view name);

} // namespace pillarbox::smtp

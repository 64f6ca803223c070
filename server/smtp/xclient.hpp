#pragma once

#include "server/smtp/reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// XCLIENT, as Postfix describes it: a proxy that speaks SMTP itself says whose
/// mail it passes on. What was not named stays as it is; what the proxy does
/// not know, `[UNAVAILABLE]` and `[TEMPUNAVAIL]`, is an empty text.
struct XclientCommand
{
    std::optional<std::string> address; // as inet_pton() takes it
    std::optional<std::string> helo;    // the name that the client gave
    std::optional<std::string> login;   // who has signed in at the proxy
    bool extended = true;               // the client said EHLO
};

/// As EHLO announces it, where it may be used.
inline constexpr std::string_view xclient_keywords =
    "XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";

/// The attributes of XCLIENT, `ADDR=192.0.2.7 HELO=client.example`, whose values
/// are xtext (RFC 3461 §4). All that it announces are checked; the name of the
/// client's address, both ports and where it went to are then of no use here.
Parsed<XclientCommand> parse_xclient(std::string_view argument);

} // namespace pillarbox::smtp

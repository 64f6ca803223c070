#pragma once

#include "server/smtp/reply.hpp"

#include <string>
#include <string_view>

namespace pillarbox::smtp {

/// A reverse-path or forward-path, RFC 5321 §4.1.2. A source route before the
/// address has been read and dropped (RFC 5321 appendix C).
struct Path
{
    std::string local_part; // unquoted, case kept: only its host may fold it (§2.4); UTF-8, composed
    std::string domain;     // A-labels, lower case; with brackets when it is an address literal
    bool utf8 = false;      // written with more than ASCII: needs SMTPUTF8, RFC 6531 §3.2

    bool null() const { return local_part.empty() && domain.empty(); }  // "<>"
    bool bare() const { return !local_part.empty() && domain.empty(); } // "<Postmaster>", §4.1.1.3
    bool literal() const { return domain.starts_with('['); }            // "<a@[192.0.2.1]>"

    /// `local-part@domain`, quoted where the syntax needs it; empty for "<>".
    std::string address() const;

    bool operator==(const Path&) const = default;
};

/// Which of the two a path is: it decides what is allowed and which status
/// code refuses it (RFC 3463: 5.1.7 for a sender, 5.1.3 for a recipient).
enum class PathKind
{
    reverse, // may be "<>"
    forward  // may be "<Postmaster>"
};

/// Reads the path that `text` begins with, angle brackets included, and
/// removes it from `text`. Limits of RFC 5321 §4.5.3.1: local-part 64, domain
/// 255, path 256 octets, as sent and as kept; a local-part of the sender
/// rewriting scheme may be longer than 64. UTF-8 is read as RFC 6531 §3.3
/// has it; whether the client may use it is for the caller to say.
Parsed<Path> take_path(std::string_view& text, PathKind kind);

/// An address without angle brackets and source route, as in header fields
/// and in configuration. Returns an empty path when it is none.
Path parse_mailbox(std::string_view text);

} // namespace pillarbox::smtp

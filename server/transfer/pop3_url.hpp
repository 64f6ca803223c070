#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pillarbox::transfer {

/// Where a maildrop is: `pop3://user@host[:port]`, with STLS, or
/// `pop3s://user@host[:port]`, with TLS from the first octet.
struct Pop3Url
{
    enum class Tls
    {
        stls,
        implicit,
        none // "?tls=none", and only where somebody wrote it
    };

    Tls tls = Tls::stls;
    std::string user;
    std::string host; // a name, or an address without brackets
    std::uint16_t port = 0;

    /// For people: "alice at pop.example.org".
    std::string describe() const { return user + " at " + host; }
};

/// Reads one (RFC 3986 §3). A user with octets that cannot stand there has them
/// as %XX; an @ in it may stand as it is. Throws Failed with a sentence that
/// says what is wrong, never repeating a password that was put into it.
Pop3Url parse_pop3_url(std::string_view text);

} // namespace pillarbox::transfer

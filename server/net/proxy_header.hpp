#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::net {

/// Reads what a proxy says first of whom it speaks for: the PROXY protocol,
/// versions 1 and 2, as HAProxy publishes it. Pure; octets may come cut
/// anywhere. It never asks for an octet that is not the header's, since what
/// follows may be a TLS handshake.
class ProxyHeader
{
public:
    enum class State
    {
        reading,
        complete,
        malformed // or longer than any that is met
    };

    State state() const { return state_; }

    /// How many octets may be read next, while reading: one at least.
    std::size_t wanted() const;

    /// Takes at most wanted() octets.
    void feed(std::string_view octets);

    /// Once complete: the address of the client that the proxy speaks for, as
    /// text that inet_pton() takes. Empty when it speaks for itself (LOCAL: a
    /// check of its own) or does not know (UNKNOWN, or another family than IP).
    const std::string& client() const { return client_; }

private:
    void read_text();
    void read_binary();
    void finish(std::string client);

    State state_ = State::reading;
    std::string octets_;
    std::string client_;
};

} // namespace pillarbox::net

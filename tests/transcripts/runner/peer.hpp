#pragma once

#include "tests/transcripts/runner/world.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transcripts {

/// The client's end of one connection, in memory or over a socket.
class Peer
{
public:
    virtual ~Peer() = default;

    /// In segments of at most `piece` octets.
    virtual void send(std::string_view octets, std::size_t piece) = 0;
    /// The server's next line without CRLF; nothing when it says no more.
    virtual std::optional<std::string> read_line() = 0;
    /// What has arrived and was not read.
    virtual std::string unread() = 0;
    virtual void start_tls() = 0;
    /// The end of what this side sends.
    virtual void close() = 0;
    /// Whether the server has ended; waits for it.
    virtual bool ended() = 0;
};

std::unique_ptr<Peer> connect_in_memory(World& world, const Protocol& protocol, std::string_view address);
std::unique_ptr<Peer> connect_by_socket(World& world, const Protocol& protocol);

} // namespace pillarbox::transcripts

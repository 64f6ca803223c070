#pragma once

#include "server/net/reactor.hpp"
#include "server/net/stream.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::test {

/// A client in memory: the other end of a Stream that a session is given, and
/// whatever a test needs to play its part, step by step and on one thread.
///
/// ```
/// net::Reactor reactor;
/// MemoryPeer peer(reactor);
/// reactor.spawn("session", serve(reactor, peer.stream()));
/// peer.settle();                    // until the server waits for us
/// EXPECT_EQ(peer.take_output(), "+OK ready\r\n");
/// peer.send("NOOP\r\n");            // one segment: one read of the server
/// peer.send_in_pieces("QUIT\r\n", 1);
/// peer.settle();
/// EXPECT_TRUE(peer.ended());
/// ```
///
/// STARTTLS is only noted: secure() is true from then on, and both sides go on
/// in the clear. Nothing here sleeps; settle() runs the reactor's loop. The
/// reactor outlives the peer.
class MemoryPeer
{
public:
    explicit MemoryPeer(net::Reactor& reactor, std::string_view address = "192.0.2.7");
    ~MemoryPeer();
    MemoryPeer(const MemoryPeer&) = delete;
    MemoryPeer& operator=(const MemoryPeer&) = delete;

    /// The server's end. Once.
    std::unique_ptr<net::Stream> stream();

    /// Sends one segment: the server reads it, or a part if it has less room,
    /// but never more than one segment in one read.
    void send(std::string_view segment);
    /// Sends segments of `size` octets each.
    void send_in_pieces(std::string_view octets, std::size_t size);
    /// End of file behind what was sent.
    void close();
    /// From now on writing fails: the peer has gone.
    void vanish();

    /// Runs the loop until the server waits for us with all that was sent
    /// used up, or cannot write because we do not read, or has ended. Throws
    /// std::runtime_error when it does none of this within 30 s.
    void settle();

    /// All octets since the last take_output().
    const std::string& output() const;
    /// Reads: returns the octets and makes room in the window.
    std::string take_output();
    /// What the server wrote with each of its writes, since the beginning.
    const std::vector<std::string>& writes() const;

    /// Lets the server write only while fewer octets than this wait for
    /// take_output(): a client that does not read.
    void limit_window(std::size_t octets);

    /// As a server: what is wrong with our certificate. At first nothing is.
    void show_certificate(net::CertificateFault fault);

    bool waiting() const; // the server waits for our octets
    bool blocked() const; // the server waits for our window
    bool closed() const;  // the server closed in good order
    bool ended() const;   // the server let go of its end
    bool secure() const;  // TLS has begun

private:
    struct Wire;
    class MemoryStream;
    std::shared_ptr<Wire> wire_;
    net::Reactor& reactor_;
};

} // namespace pillarbox::test

#pragma once

#include "server/net/line_buffer.hpp"
#include "server/net/stream.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::net {

class Reactor;
class Transcript;
class TlsTrust;

/// A conversation over a Stream: what every session talks to.
///
/// Reading is what flushes. Replies gather in the outbox and leave together
/// just before a read has to wait, so a client that pipelines ten commands
/// gets ten replies in one segment (RFC 2920 §3.2, RFC 2449 §6.6), and no
/// session has to think about it.
///
/// Every wait names its patience. Members that wait throw
/// boost::system::system_error(net::Errc) when the connection is over; nobody
/// but run_session() catches it. Made, used and destroyed on the reactor's
/// thread, by one coroutine at a time.
class Connection
{
public:
    struct Limits
    {
        std::size_t line = 512; // octets with CRLF; read_line() refuses longer ones
        std::size_t longest_refused = std::size_t{64} * 1024; // beyond this a line ends the connection
        std::size_t outbox = std::size_t{64} * 1024;          // octets held before send() waits
        std::chrono::seconds write{300};                      // for the peer to take one outbox
        std::chrono::seconds handshake{30};                   // for all of it
    };

    Connection(Reactor& reactor, std::unique_ptr<Stream> stream, Limits limits);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    /// The next line. Octets that trickle in do not extend `patience`. The
    /// text holds until the next read. While nothing of the line has arrived
    /// this waits as idle() does: holding no memory, and a draining server
    /// ends it. So a session of commands needs no idle() of its own.
    ///
    /// After a line beyond `longest_refused` was returned as too_long, the
    /// next read sends the reply to it and throws broken_off.
    awaitable<Line> read_line(std::chrono::seconds patience);

    /// Whatever is unread, after waiting for at least one octet; consume()
    /// says how much of it was used. The view holds until the next read. For
    /// DATA, BDAT, literals and HTTP. Draining does not end it.
    awaitable<std::string_view> read_some(std::chrono::seconds patience);
    /// The same with at least one octet more, when that was not enough. Holds
    /// one block (16 KiB) at most; throws broken_off beyond.
    awaitable<std::string_view> read_more(std::chrono::seconds patience);
    void consume(std::size_t octets);

    /// Whether octets have come that were not taken: a client that pipelines.
    bool unread() const;

    /// Waits for the next command or request to begin, holding no memory;
    /// returns at once when something is unread. Here, in read_line() before
    /// its line begins, in a handshake and in pause(), a draining server
    /// interrupts.
    awaitable<void> idle(std::chrono::seconds patience);

    /// Whether the peer speaks unasked: has done so, or does within `time`. What
    /// it says stays unread, and the end of its side is no speech. Waits as idle() does.
    awaitable<bool> speaks_first(std::chrono::seconds time);

    /// Adds a reply to the outbox; never waits.
    void put(std::string_view text);
    /// Sends a body; waits while the outbox is full. The octets stay valid
    /// until it returns.
    awaitable<void> send(std::string_view octets);
    awaitable<void> flush();
    /// Nothing waits in the outbox: the kernel has taken all of it.
    bool all_sent() const;

    /// Sends what is pending, then negotiates. Throws tls_failed when octets
    /// already wait behind the command: they were sent in the clear and must
    /// not be obeyed as if they had not been.
    awaitable<void> start_tls(TlsContext& context);
    /// The same as the client of a server that is called `host`, which `trust`
    /// must believe it to be; both outlive the call.
    awaitable<void> start_tls(const TlsTrust& trust, const std::string& host);
    /// The handshake of implicit TLS (RFC 8314), before anything was sent.
    awaitable<void> accept_tls(TlsContext& context) { return start_tls(context); }
    bool secure() const;
    std::string_view tls_description() const;
    /// As of Stream.
    std::string channel_binding(std::string_view type) const;
    std::vector<std::string> certified_addresses() const;
    CertificateFault certificate_fault() const;

    boost::asio::ip::address peer() const;

    /// Longer lines from here on: AUTH continuations (RFC 4954 §4). At most
    /// one block (16 KiB).
    void set_line_limit(std::size_t octets);

    /// The server is ending; a session asks between commands of a burst.
    bool draining() const;

    /// Waits, without sending what is pending; for slowing down a peer. A
    /// draining server cuts it short.
    awaitable<void> pause(std::chrono::milliseconds time);

    /// Ends the connection because a reply that was begun cannot be finished.
    /// What is still in the outbox is not sent.
    [[noreturn]] void break_off();

    /// Drops what is in the outbox: what was begun must not look finished.
    void discard();

    /// The end, for run_session() alone: what is pending and `last_words`, if
    /// the peer can still hear them and takes them at once, then an orderly
    /// close. Says nothing about how it went.
    awaitable<void> close(std::string last_words);

    Reactor& reactor() const;

    /// From here on replies, TLS and the end are written into it. Before
    /// anything was said.
    void record(std::unique_ptr<Transcript> transcript);
    /// Where a session adds what it heard; null when none is kept.
    Transcript* transcript() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::net

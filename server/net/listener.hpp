#pragma once

#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/net/connection.hpp"
#include "server/net/error.hpp"
#include "server/net/transcript.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::net {

/// What one protocol listens on, and what it does with a connection.
struct ListenerOptions
{
    /// As configured: `pop3s` in log lines, `pop3s.listen` in errors.
    std::string protocol;

    /// Port 0 lets the system choose; see Listener::endpoints(). `::` accepts
    /// IPv4 too, unless 0.0.0.0 is listed with the same port, and becomes
    /// 0.0.0.0 on a machine without IPv6.
    std::vector<Endpoint> endpoints;

    std::size_t connections = 20000;      // over all endpoints
    std::size_t connections_per_ip = 100; // an IPv6 /64 counts as one address
    std::vector<Network> exempt;          // from connections_per_ip

    /// Proxies, whose connections must begin with a header of the PROXY
    /// protocol: it says whose connection it is. Nobody else's is believed.
    std::vector<Network> proxies;

    /// TLS from the first octet (RFC 8314). Outlives the reactors.
    TlsContext* implicit_tls = nullptr;

    /// Said before closing when a limit is reached, with CRLF; empty says
    /// nothing. With implicit TLS nothing can be said.
    std::string too_many;

    Connection::Limits limits;

    /// One session from its greeting to its end; see run_session(), which it
    /// runs in. Called and run on the connection's reactor. The Connection
    /// outlives the coroutine; the Log carries `session` and `peer`.
    std::function<awaitable<void>(Connection&, Log)> session;

    /// The last words by reason; may be empty. Called on the reactor.
    std::function<std::string(Errc)> farewell;

    /// Makes each connection's transcript; empty: none is kept. Called on the reactor.
    MakeTranscript transcript;
};

/// The listening sockets of one protocol. Each is accepted from on one
/// reactor and hands its connections to all of them in turn: unlike with
/// SO_REUSEPORT they spread evenly, and a second server started by mistake
/// finds the address in use.
///
/// Out of descriptors, it waits 100 ms and tries again; the last 64 are never
/// taken by connections of any listener, so that the store keeps working.
/// Above a limit it says `too_many` and closes. What is refused is logged as `net.refused`, at most
/// once in ten seconds for each listener.
///
/// Make it before the reactors run and before privileges are dropped: the
/// constructor binds. Destroy it before the reactors.
class Listener
{
public:
    /// Binds and listens, so that connections already queue up. Throws
    /// std::runtime_error naming protocol, address, port, the reason and what
    /// to do about it.
    Listener(std::vector<Reactor*> reactors, ListenerOptions options);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Begins to accept.
    void start();

    /// Stops accepting and closes the sockets; established connections go on.
    /// Any thread; done by each reactor soon after, or when it is destroyed.
    void close();

    /// Where it really listens, in the order of the options.
    std::vector<Endpoint> endpoints() const;

    /// Connections now held, from any thread.
    std::size_t connections() const;

private:
    struct Shared;
    struct Socket;
    std::shared_ptr<Shared> shared_;
    std::vector<std::shared_ptr<Socket>> sockets_;
};

} // namespace pillarbox::net

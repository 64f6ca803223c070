#include "server/net/listener.hpp"

#include "server/base/random.hpp"
#include "server/net/admission.hpp"
#include "server/net/listening_socket.hpp"
#include "server/net/proxy_header.hpp"
#include "server/net/reactor.hpp"
#include "server/net/session.hpp"
#include "server/net/socket_stream.hpp"
#include "server/net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <mutex>
#include <new>
#include <system_error>
#include <utility>

namespace asio = boost::asio;

namespace pillarbox::net {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_at_once = 64;     // connections accepted before others get their turn
constexpr int kept_descriptors = 64; // for the store; connections never take the last ones
constexpr std::chrono::milliseconds short_of_descriptors{100};
constexpr std::chrono::seconds between_complaints{10};
constexpr std::chrono::seconds proxy_patience{5}; // a proxy speaks at once

/// Descriptors from here on are not for connections. The kernel always gives
/// the lowest free one, so this holds over all listeners together.
int descriptor_ceiling()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX) return INT_MAX;
    const int most = static_cast<int>(limit.rlim_cur);
    return most > 2 * kept_descriptors ? most - kept_descriptors : most;
}

} // namespace

/// What the sessions of a listener need, for as long as one lives.
struct Listener::Shared : std::enable_shared_from_this<Shared>
{
    Shared(std::vector<Reactor*> r, ListenerOptions o)
        : reactors(std::move(r)),
          options(std::move(o)),
          proxies(options.proxies),
          waiting_for_proxies(
              std::make_shared<Admission>(options.connections, options.connections, NetworkSet())),
          admission(std::make_shared<Admission>(options.connections, options.connections_per_ip,
                                                NetworkSet(options.exempt)))
    {}

    void welcome(Descriptor descriptor, const asio::ip::address& peer);
    void ask_proxy(Descriptor descriptor, const asio::ip::address& proxy);
    void refuse(const Descriptor& descriptor, const asio::ip::address& peer, const char* limit);
    void complain(const char* event, const std::string& peer, const std::string& reason);

    const std::vector<Reactor*> reactors;
    const ListenerOptions options;
    const NetworkSet proxies;
    const std::shared_ptr<Admission> waiting_for_proxies; // until they have said whose they are
    const std::shared_ptr<Admission> admission;
    std::atomic<std::size_t> turn{0};

    std::mutex mutex; // guards the rest
    Clock::time_point next_complaint{};
    std::size_t kept_quiet = 0;
};

/// One listening socket. Touched on its reactor's thread once it is started.
struct Listener::Socket
{
    Socket(Reactor& r, ListeningSocket made)
        : reactor(r), acceptor(r.context()), timer(r.context()), endpoint(std::move(made.endpoint))
    {
        acceptor.assign(made.descriptor.value());
        static_cast<void>(made.descriptor.release());
    }

    bool accept_waiting(Shared& shared);

    Reactor& reactor;
    asio::posix::stream_descriptor acceptor;
    asio::steady_timer timer;
    const Endpoint endpoint;
    bool closed = false;
};

namespace {

/// A connection and what it needs, from accept to close.
struct Guest
{
    Guest(std::shared_ptr<const ListenerOptions> o, Reactor& home, std::unique_ptr<Stream> stream,
          Admission::Place p)
        : options(std::move(o)), place(std::move(p)), connection(home, std::move(stream), options->limits)
    {
        const std::string session = random_name(8);
        const std::string from = connection.peer().to_string();
        log = Log().with({"session", session}).with({"peer", from});
        if (options->transcript) connection.record(options->transcript(session, from));
        log.debug("net.connected", {{"protocol", options->protocol}});
    }

    std::shared_ptr<const ListenerOptions> options;
    Admission::Place place;
    Connection connection;
    Log log;
};

awaitable<void> talk_under_tls(Guest& guest)
{
    co_await guest.connection.accept_tls(*guest.options->implicit_tls);
    co_await guest.options->session(guest.connection, guest.log);
}

} // namespace

void Listener::Shared::welcome(Descriptor descriptor, const asio::ip::address& peer)
{
    Admission::Place place;
    const auto answer = admission->admit(peer, place);
    if (answer == Admission::Answer::too_many) return refuse(descriptor, peer, "limits.connections");
    if (answer == Admission::Answer::too_many_from_site)
        return refuse(descriptor, peer, "limits.connections_per_ip");

    Reactor& home = *reactors[turn++ % reactors.size()];
    auto options_of_mine = std::shared_ptr<const ListenerOptions>(shared_from_this(), &options);
    auto begin = [of = std::move(options_of_mine), &home, peer, descriptor = std::move(descriptor),
                  place = std::move(place)]() mutable {
        auto stream = make_socket_stream(home.context(), std::move(descriptor), peer);
        auto guest = std::make_shared<Guest>(std::move(of), home, std::move(stream), std::move(place));
        Connection& connection = guest->connection;
        const Log log = guest->log;
        const auto farewell = guest->options->farewell;
        // run_session() keeps the dialogue, and the dialogue keeps the guest:
        // a coroutine just for that would cost each connection half a KiB.
        auto dialogue = [guest = std::move(guest)] {
            if (guest->options->implicit_tls != nullptr) return talk_under_tls(*guest);
            return guest->options->session(guest->connection, guest->log);
        };
        home.spawn("net.session", run_session(connection, log, std::move(dialogue), farewell));
    };
    asio::post(home.executor(), std::move(begin));
}

namespace {

/// Welcomes whom the proxy speaks for, once it has said so.
template <class Shared>
awaitable<void> hear_proxy(std::shared_ptr<Shared> shared, Reactor& reactor, Descriptor descriptor,
                           asio::ip::address proxy, [[maybe_unused]] Admission::Place place)
{
    asio::posix::stream_descriptor stream(reactor.context(), descriptor.value());
    static_cast<void>(descriptor.release());
    const Watchdog watchdog(reactor.executor(), Clock::now() + proxy_patience,
                            [&stream] { stream.cancel(); });
    ProxyHeader header;
    std::array<char, 512> room;
    boost::system::error_code error;
    while (!error && header.state() == ProxyHeader::State::reading) {
        const auto buffer = asio::buffer(room, header.wanted());
        auto [failed, octets] = co_await stream.async_read_some(buffer, asio::as_tuple(asio::deferred));
        error = failed;
        header.feed({room.data(), octets});
    }
    if (header.state() != ProxyHeader::State::complete) {
        shared->complain("net.refused", proxy.to_string(),
                         "no header of the PROXY protocol, which proxy.from asks for");
        co_return;
    }
    if (!header.client().empty()) proxy = plain_address(asio::ip::make_address(header.client()));
    shared->welcome(Descriptor(stream.release()), proxy);
}

} // namespace

void Listener::Shared::ask_proxy(Descriptor descriptor, const asio::ip::address& proxy)
{
    Admission::Place place;
    if (waiting_for_proxies->admit(proxy, place) != Admission::Answer::admitted)
        return refuse(descriptor, proxy, "limits.connections");
    Reactor& home = *reactors[turn++ % reactors.size()];
    home.spawn("net.proxy",
               hear_proxy(shared_from_this(), home, std::move(descriptor), proxy, std::move(place)));
}

void Listener::Shared::refuse(const Descriptor& descriptor, const asio::ip::address& peer, const char* limit)
{
    if (options.implicit_tls == nullptr && !options.too_many.empty()) {
        // A new socket has room for this; if not, then not.
        ::send(descriptor.value(), options.too_many.data(), options.too_many.size(),
               MSG_NOSIGNAL | MSG_DONTWAIT);
        // A client that spoke first must not lose it to a reset (RFC 2525 §2.17).
        std::array<char, 4096> scratch;
        ::shutdown(descriptor.value(), SHUT_WR);
        ::recv(descriptor.value(), scratch.data(), scratch.size(), MSG_DONTWAIT);
    }
    complain("net.refused", peer.to_string(), limit);
}

/// A warning at most every ten seconds, whatever strangers do.
void Listener::Shared::complain(const char* event, const std::string& peer, const std::string& reason)
{
    std::size_t unsaid = 0;
    {
        const std::lock_guard lock(mutex);
        const auto now = Clock::now();
        if (now < next_complaint) {
            ++kept_quiet;
            return;
        }
        next_complaint = now + between_complaints;
        unsaid = std::exchange(kept_quiet, 0);
    }
    Log().warning(event,
                  {{"protocol", options.protocol}, {"peer", peer}, {"reason", reason}, {"unsaid", unsaid}});
}

/// Accepts what is waiting. False when it has to wait a little first.
bool Listener::Socket::accept_waiting(Shared& shared)
{
    const int ceiling = descriptor_ceiling();
    for (int i = 0; i < most_at_once; ++i) {
        asio::ip::tcp::endpoint from;
        auto size = static_cast<socklen_t>(from.capacity());
        Descriptor accepted(
            ::accept4(acceptor.native_handle(), from.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        const int error = errno;
        if (accepted) {
            from.resize(size);
            const auto peer = plain_address(from.address());
            if (accepted.value() >= ceiling) {
                shared.refuse(accepted, peer, "the limit of open files");
                return false;
            }
            if (shared.proxies.contains(peer))
                shared.ask_proxy(std::move(accepted), peer);
            else
                shared.welcome(std::move(accepted), peer);
            continue;
        }
        switch (error) {
        case EAGAIN:
            return true;
        case EMFILE: // ours, the system's, and what the kernel says with no memory for sockets
        case ENFILE:
        case ENOBUFS:
        case ENOMEM:
        case EBADF: // only these two cannot mend themselves; no reason to spin
        case EINVAL:
            shared.complain("net.accept_paused", "", std::generic_category().message(error));
            return false;
        default:
            continue; // the connection that waited was at fault: accept(2), "Error handling"
        }
    }
    return true;
}

Listener::Listener(std::vector<Reactor*> reactors, ListenerOptions options)
    : shared_(std::make_shared<Shared>(std::move(reactors), std::move(options)))
{
    const auto& endpoints = shared_->options.endpoints;
    for (const Endpoint& endpoint : endpoints) {
        const Endpoint any_v4{"0.0.0.0", endpoint.port};
        const bool v4_elsewhere =
            endpoint.port != 0 && std::find(endpoints.begin(), endpoints.end(), any_v4) != endpoints.end();
        auto made = listen_on(shared_->options.protocol, endpoint, !v4_elsewhere);
        if (!made) continue;
        Reactor& reactor = *shared_->reactors[sockets_.size() % shared_->reactors.size()];
        sockets_.push_back(std::make_shared<Socket>(reactor, std::move(*made)));
    }
}

Listener::~Listener()
{
    close();
}

namespace {

template <class Shared, class Socket>
awaitable<void> accept_from(std::shared_ptr<Shared> shared, std::shared_ptr<Socket> socket)
{
    while (!socket->closed) {
        const auto [failed] = co_await socket->acceptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                                                   asio::as_tuple(asio::deferred));
        if (socket->closed || failed) co_return;
        bool going_on = false;
        try {
            going_on = socket->accept_waiting(*shared);
        } catch (const std::bad_alloc&) {
            shared->complain("net.accept_paused", "", "no memory");
        }
        if (going_on) continue;
        socket->timer.expires_after(short_of_descriptors);
        co_await socket->timer.async_wait(asio::as_tuple(asio::deferred));
    }
}

} // namespace

void Listener::start()
{
    for (const auto& socket : sockets_)
        socket->reactor.spawn("net.accept", accept_from(shared_, socket));
}

void Listener::close()
{
    for (const auto& socket : sockets_) {
        auto end = [socket] {
            socket->closed = true;
            boost::system::error_code ignored; // it is gone either way
            socket->acceptor.close(ignored);
            socket->timer.cancel();
        };
        socket->reactor.post(std::move(end));
    }
}

std::vector<Endpoint> Listener::endpoints() const
{
    std::vector<Endpoint> all;
    all.reserve(sockets_.size());
    for (const auto& socket : sockets_)
        all.push_back(socket->endpoint);
    return all;
}

std::size_t Listener::connections() const
{
    return shared_->admission->connections();
}

} // namespace pillarbox::net

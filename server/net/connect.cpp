#include "server/net/connect.hpp"

#include "server/net/reactor.hpp"
#include "server/net/socket_stream.hpp"
#include "server/net/timer_wheel.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <utility>

namespace pillarbox::net {

namespace asio = boost::asio;

namespace {

/// A socket that is not connected yet, which its deadline or the end of the
/// server closes.
class Dialling final : public Wheel::Node, public Reactor::Member
{
public:
    Dialling(Reactor& reactor, std::chrono::milliseconds patience)
        : socket(reactor.context()), reactor_(reactor)
    {
        reactor.enter(*this);
        reactor.timers().link(*this, patience);
    }
    ~Dialling() override { reactor_.leave(*this); }

    void expired() noexcept override
    {
        late = true;
        close();
    }
    void drain() noexcept override { close(); }
    void cancel() noexcept override { close(); }

    asio::ip::tcp::socket socket;
    bool late = false;

private:
    void close() noexcept
    {
        error_code ignored; // it is to be gone
        socket.close(ignored);
    }

    Reactor& reactor_;
};

} // namespace

awaitable<result<std::unique_ptr<Stream>>> connect(Reactor& reactor, asio::ip::address to, std::uint16_t port,
                                                   std::chrono::milliseconds patience)
{
    if (reactor.draining()) co_return asio::error::operation_aborted;
    Dialling dialling(reactor, patience);
    const asio::ip::tcp::endpoint endpoint(to, port);
    const auto [error] = co_await dialling.socket.async_connect(endpoint, asio::as_tuple(asio::deferred));
    if (dialling.late) co_return asio::error::timed_out;
    if (error) co_return error;
    // It may have been closed when it was connected and only not told.
    if (!dialling.socket.is_open()) co_return asio::error::operation_aborted;
    Descriptor descriptor(dialling.socket.release());
    co_return make_socket_stream(reactor.context(), std::move(descriptor), to);
}

} // namespace pillarbox::net

#include "tests/support/memory_stream.hpp"

#include "server/net/waiter.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <stdexcept>
#include <utility>

namespace asio = boost::asio;

namespace pillarbox::test {

using net::awaitable;
using net::error_code;
using net::result;

/// The state of both ends.
struct MemoryPeer::Wire
{
    enum class Awaits
    {
        input,
        window
    };

    bool readable() const { return !segments.empty() || eof; }
    bool writable() const { return output.size() < window || gone; }

    /// Resumes whoever waits for what has become possible.
    void look()
    {
        const bool possible = awaits == Awaits::input ? readable() : writable();
        if (possible || cancelled) waiter.resume();
    }

    asio::ip::address address;
    std::deque<std::string> segments; // to the server
    std::string output;               // from the server, not yet taken
    std::vector<std::string> writes;
    std::size_t window = std::numeric_limits<std::size_t>::max();
    net::Waiter waiter;
    Awaits awaits = Awaits::input;
    bool eof = false;
    bool gone = false;
    bool secure = false;
    net::CertificateFault certificate_fault = net::CertificateFault::none;
    bool closed = false;
    bool ended = false;
    bool cancelled = false; // the operation in progress
};

class MemoryPeer::MemoryStream final : public net::Stream
{
public:
    explicit MemoryStream(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
    ~MemoryStream() override { wire_->ended = true; }

    awaitable<error_code> wait_readable() override
    {
        wire_->cancelled = false;
        if (!wire_->readable()) co_await wait(Wire::Awaits::input);
        co_return wire_->cancelled ? asio::error::operation_aborted : error_code();
    }

    bool arrived() override { return !wire_->segments.empty(); }

    awaitable<result<std::size_t>> read_some(std::span<char> room) override
    {
        const error_code waited = co_await wait_readable();
        if (waited) co_return waited;
        if (wire_->segments.empty()) co_return error_code(asio::error::eof);

        std::string& segment = wire_->segments.front();
        const std::size_t part = std::min(room.size(), segment.size());
        std::copy_n(segment.begin(), part, room.begin());
        segment.erase(0, part);
        if (segment.empty()) wire_->segments.pop_front();
        co_return part;
    }

    awaitable<error_code> write(std::string_view octets) override
    {
        wire_->cancelled = false;
        if (!octets.empty()) wire_->writes.emplace_back(octets);
        while (!octets.empty()) {
            if (!wire_->writable()) co_await wait(Wire::Awaits::window);
            if (wire_->cancelled) co_return asio::error::operation_aborted;
            if (wire_->gone) co_return asio::error::broken_pipe;
            const std::size_t part = std::min(octets.size(), wire_->window - wire_->output.size());
            wire_->output += octets.substr(0, part);
            octets.remove_prefix(part);
        }
        co_return error_code();
    }

    awaitable<error_code> start_tls(net::TlsContext&) override
    {
        wire_->secure = true;
        co_return error_code();
    }
    awaitable<error_code> start_tls(const net::TlsTrust&, const std::string&) override
    {
        wire_->secure = true;
        co_return error_code();
    }

    bool secure() const override { return wire_->secure; }
    std::string_view tls_description() const override { return wire_->secure ? "TLSv1.3 IN-MEMORY" : ""; }
    std::string channel_binding(std::string_view type) const override
    {
        return wire_->secure && type == "tls-exporter" ? "the octets of both ends, in memory" : "";
    }
    std::vector<std::string> certified_addresses() const override { return {}; }
    net::CertificateFault certificate_fault() const override
    {
        return wire_->secure ? wire_->certificate_fault : net::CertificateFault::not_trusted;
    }
    asio::ip::address peer() const override { return wire_->address; }

    awaitable<void> close() override
    {
        wire_->closed = true;
        co_return;
    }

    void cancel() noexcept override
    {
        wire_->cancelled = true;
        wire_->look();
    }

private:
    awaitable<void> wait(Wire::Awaits what)
    {
        wire_->awaits = what;
        return wire_->waiter.wait();
    }

    std::shared_ptr<Wire> wire_;
};

MemoryPeer::MemoryPeer(net::Reactor& reactor, std::string_view address)
    : wire_(std::make_shared<Wire>()), reactor_(reactor)
{
    wire_->address = asio::ip::make_address(address);
}

MemoryPeer::~MemoryPeer()
{
    wire_->waiter.drop(); // a session that still waits here would own itself
}

std::unique_ptr<net::Stream> MemoryPeer::stream()
{
    return std::make_unique<MemoryStream>(wire_);
}

void MemoryPeer::send(std::string_view segment)
{
    if (segment.empty()) return;
    wire_->segments.emplace_back(segment);
    wire_->look();
}

void MemoryPeer::send_in_pieces(std::string_view octets, std::size_t size)
{
    for (; !octets.empty(); octets.remove_prefix(std::min(size, octets.size())))
        send(octets.substr(0, size));
}

void MemoryPeer::close()
{
    wire_->eof = true;
    wire_->look();
}

void MemoryPeer::vanish()
{
    wire_->gone = true;
    close();
}

void MemoryPeer::settle()
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    auto& loop = reactor_.context();
    loop.restart();
    loop.poll();
    while (!waiting() && !blocked() && !ended()) {
        const std::size_t ran = loop.run_one_until(deadline);
        if (ran == 0)
            throw std::runtime_error("the server does not settle; its last words: " + wire_->output);
    }
}

const std::string& MemoryPeer::output() const
{
    return wire_->output;
}

std::string MemoryPeer::take_output()
{
    std::string octets = std::exchange(wire_->output, {});
    wire_->look();
    return octets;
}

const std::vector<std::string>& MemoryPeer::writes() const
{
    return wire_->writes;
}

void MemoryPeer::limit_window(std::size_t octets)
{
    wire_->window = octets;
}

void MemoryPeer::show_certificate(net::CertificateFault fault)
{
    wire_->certificate_fault = fault;
}

bool MemoryPeer::waiting() const
{
    return wire_->waiter.waiting() && wire_->awaits == Wire::Awaits::input;
}

bool MemoryPeer::blocked() const
{
    return wire_->waiter.waiting() && wire_->awaits == Wire::Awaits::window;
}

bool MemoryPeer::closed() const
{
    return wire_->closed;
}

bool MemoryPeer::ended() const
{
    return wire_->ended;
}

bool MemoryPeer::secure() const
{
    return wire_->secure;
}

} // namespace pillarbox::test

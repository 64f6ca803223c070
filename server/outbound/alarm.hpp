#pragma once

#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "server/net/waiter.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <utility>

namespace pillarbox::outbound {

/// Where one coroutine waits: for a time, or until it is told. On the reactor's
/// thread.
class Alarm final : public net::Wheel::Node
{
public:
    explicit Alarm(net::Reactor& reactor) : reactor_(reactor) {}

    void expired() noexcept override { ring(); }

    /// Whoever waits goes on; if nobody does, the next one need not.
    void ring() noexcept
    {
        unlink();
        rung_ = !waiter_.waiting();
        waiter_.resume();
    }

    boost::asio::awaitable<void> wait(std::chrono::milliseconds time)
    {
        if (std::exchange(rung_, false)) co_return;
        reactor_.timers().link(*this, time);
        co_await waiter_.wait();
    }

private:
    net::Reactor& reactor_;
    net::Waiter waiter_;
    bool rung_ = false;
};

} // namespace pillarbox::outbound

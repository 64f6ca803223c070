#pragma once

#include "server/net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace pillarbox::net {

class BufferPool;
class TimerWheel;

/// One thread's loop and what its connections share: the timer wheel, the
/// read blocks, and the list of sessions that are idle. Everything here is
/// touched on its own thread only, except post(), drain() and stop().
class Reactor
{
public:
    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Runs the loop on the calling thread until stop().
    void run();

    /// Runs `work` on the loop's thread.
    void post(std::function<void()> work);

    /// Starts a coroutine on the loop. What escapes it is logged as
    /// `net.escaped` with `name`, never lost.
    void spawn(const char* name, awaitable<void> task);

    /// From now on idle sessions wake and leave (Errc::shutting_down).
    void drain();
    bool draining() const;

    /// Cancels every stream, so that sessions unwind.
    void cancel_all();

    /// Lets run() return once nothing is left to do.
    void stop();

    std::size_t sessions() const; // now alive, from any thread

    boost::asio::io_context& context();
    boost::asio::any_io_executor executor();
    TimerWheel& timers();
    BufferPool& buffers();

private:
    friend class Connection;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::net

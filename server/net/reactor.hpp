#pragma once

#include "server/net/links.hpp"
#include "server/net/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace pillarbox::net {

class BufferPool;
class TimerWheel;

/// One thread's loop and what its connections share: the timer wheel, the
/// read blocks, and the list of connections. Everything here is touched on its
/// own thread only, except what says "any thread".
///
/// To end without losing a session: close the listeners; drain(); wait until
/// sessions() is 0 or the grace is over; cancel_all(); stop(); join the thread
/// that is in run(). Stop the store's threads and every pool that posts back
/// before destroying the reactor, and the listeners before it too.
///
/// The first one made tells the process to ignore SIGPIPE: a peer that has
/// left is an error code here.
class Reactor
{
public:
    Reactor();
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Runs the loop on the calling thread until stop().
    void run();

    /// Runs `work` on the loop's thread, later. Any thread.
    void post(std::function<void()> work);

    /// Starts a coroutine on the loop. What escapes it is logged as
    /// `net.escaped` with `name`, never lost. `name` is a literal. Any thread;
    /// the coroutine runs on the loop's.
    void spawn(const char* name, awaitable<void> task);

    /// From now on idle sessions wake and leave (Errc::shutting_down). Any thread.
    void drain();
    bool draining() const; // any thread

    /// Ends every wait of every connection, now and from now on, so that
    /// sessions unwind (Errc::shutting_down). Any thread.
    void cancel_all();

    /// Lets run() return once nothing is left to do. Any thread.
    void stop();

    std::size_t sessions() const; // connections now alive; any thread

    boost::asio::io_context& context();
    boost::asio::any_io_executor executor();
    TimerWheel& timers();
    BufferPool& buffers();

    /// What waits for a peer, as its reactor sees it. In the list while it lives.
    class Member : public Links
    {
    public:
        virtual void drain() noexcept = 0;  // leave if idle
        virtual void cancel() noexcept = 0; // leave

    protected:
        ~Member() = default;
    };
    void enter(Member& member);
    void leave(Member& member) noexcept;
    bool cancelled() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::net

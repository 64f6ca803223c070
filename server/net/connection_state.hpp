#pragma once

#include "server/net/buffer_pool.hpp"
#include "server/net/connection.hpp"
#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "server/net/transcript.hpp"
#include "server/net/waiter.hpp"

#include <memory>
#include <string>

namespace pillarbox::net {

/// What a Connection is made of; for connection.cpp alone.
struct Connection::State final : Wheel::Node, Reactor::Member
{
    class Wait;

    State(Reactor& r, std::unique_ptr<Stream> s, const Limits& l)
        : reactor(r), stream(std::move(s)), limits(l), input(l.line, l.longest_refused)
    {
        reactor.enter(*this);
    }
    ~State() override { reactor.leave(*this); }

    // What may end a wait before the peer does: its deadline, a drain, the end
    // of the grace.
    void expired() noexcept override;
    void drain() noexcept override;
    void cancel() noexcept override;

    void wake() noexcept;

    void check(error_code error) const;
    bool let_go();
    void refuse_what_was_sent_ahead();
    awaitable<void> receive(error_code ready);
    awaitable<void> write(std::string_view octets);
    awaitable<void> shake_hands(awaitable<error_code> handshake);

    Reactor& reactor;
    const std::unique_ptr<Stream> stream;
    const Limits limits;
    LineBuffer input;
    BufferPool::Block block;
    std::string outbox;
    std::unique_ptr<Transcript> transcript;
    Waiter sleeper;             // in pause()
    bool timed_out = false;     // why the operation in progress was cancelled
    bool interruptible = false; // by a drain
    bool deaf = false;          // a write or a handshake failed: the peer hears no more
};

/// A wait on the peer from begin to end. Its deadline covers all operations
/// inside, so that octets that trickle in do not extend it.
class Connection::State::Wait
{
public:
    enum class Kind
    {
        idle, // a drain ends it
        busy,
        last // allowed though everything was cancelled
    };

    /// Throws shutting_down where the server no longer waits for this.
    Wait(State& state, Wheel::Clock::duration patience, Kind kind);
    ~Wait()
    {
        state_.interruptible = false;
        state_.Wheel::Node::unlink();
    }
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    void no_longer_idle() { state_.interruptible = false; }

private:
    State& state_;
};

} // namespace pillarbox::net

#pragma once

#include "server/net/links.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace boost::asio {
class io_context;
}

namespace pillarbox::net {

/// Deadlines in a ring of slots, told the time: pure. A deadline is rounded up
/// to a tick, so it may pass up to two ticks late but never early. Linking and
/// unlinking take constant time and no memory; a deadline further away than
/// one turn of the ring is looked at once a turn.
class Wheel
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr auto tick = std::chrono::milliseconds(50);
    static constexpr std::size_t slots = 1024; // one turn is 51 s

    /// Something with a deadline; a member or a base of what waits.
    class Node : private Links
    {
    public:
        Node() = default;
        virtual ~Node() { unlink(); }
        Node(const Node&) = delete;
        Node& operator=(const Node&) = delete;

        /// Called once the deadline has passed, with the node already unlinked.
        virtual void expired() noexcept = 0;

        bool linked() const { return wheel_ != nullptr; }
        /// Takes the deadline back. Nothing happens when there is none.
        void unlink();

    private:
        friend class Wheel;
        Wheel* wheel_ = nullptr;
        std::uint64_t due_ = 0;
    };

    explicit Wheel(Clock::time_point start) : start_(start) {}
    Wheel(const Wheel&) = delete;
    Wheel& operator=(const Wheel&) = delete;

    /// Sets the node's deadline, replacing the one it had. Returns when
    /// advance() must have been called for it.
    Clock::time_point link(Node& node, Clock::time_point deadline);

    /// Calls expired() of all nodes whose deadline has passed.
    void advance(Clock::time_point now);

    /// When advance() next has something to look at.
    std::optional<Clock::time_point> next() const;

    std::size_t size() const { return size_; }

private:
    Clock::time_point time_of(std::uint64_t ticks) const { return start_ + tick * ticks; }
    void look_at(std::size_t slot, std::uint64_t now, Links& passed);

    Clock::time_point start_;
    std::uint64_t current_ = 0; // the last tick looked at
    std::size_t size_ = 0;
    std::array<Links, slots> ring_;
    std::array<std::uint64_t, slots / 64> occupied_{}; // one bit a slot; may lag behind unlink()
};

/// All deadlines of a reactor behind one timer of its io_context. Touched on
/// the reactor's thread only.
class TimerWheel
{
public:
    using Clock = Wheel::Clock;
    using Node = Wheel::Node;

    explicit TimerWheel(boost::asio::io_context& context);
    ~TimerWheel();

    /// Calls node.expired() once `time` has passed, unless it is unlinked first.
    void link(Node& node, Clock::duration time);

    /// Behaves as if it were `now`; the timer calls it, and tests do.
    void expire(Clock::time_point now);

    /// From now on the timer runs only while there is a deadline, so that it
    /// does not by itself keep the loop from ending.
    void wind_down();

    /// Lets go of the io_context, which is about to be destroyed. Nodes may
    /// still be unlinked afterwards.
    void detach();

private:
    struct Timer;
    void set_timer(Clock::time_point when);

    Wheel wheel_;
    std::unique_ptr<Timer> timer_;
};

} // namespace pillarbox::net

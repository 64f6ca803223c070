#include "server/net/timer_wheel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <bit>

namespace pillarbox::net {

void Wheel::Node::unlink()
{
    if (wheel_ == nullptr) return;
    Links::unlink();
    --wheel_->size_;
    wheel_ = nullptr;
}

Wheel::Clock::time_point Wheel::link(Node& node, Clock::time_point deadline)
{
    node.unlink();
    const auto away = std::max(deadline - start_, Clock::duration::zero());
    const auto rounded = static_cast<std::uint64_t>((away + tick - Clock::duration(1)) / tick);
    node.due_ = std::max(rounded, current_ + 1);
    node.wheel_ = this;
    ++size_;
    const std::size_t slot = node.due_ % slots;
    node.link_before(ring_[slot]);
    occupied_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    return time_of(node.due_);
}

void Wheel::advance(Clock::time_point now)
{
    if (now < start_) return;
    const auto ticks = static_cast<std::uint64_t>((now - start_) / tick);
    if (ticks <= current_) return;

    // What has passed leaves the ring first: expired() may link and unlink.
    Links passed;
    const std::uint64_t steps = std::min<std::uint64_t>(ticks - current_, slots);
    for (std::uint64_t step = 1; step <= steps; ++step)
        look_at((current_ + step) % slots, ticks, passed);
    current_ = ticks;
    while (passed.linked()) {
        Node& node = *static_cast<Node*>(passed.next());
        node.unlink();
        node.expired();
    }
}

void Wheel::look_at(std::size_t slot, std::uint64_t now, Links& passed)
{
    const std::uint64_t bit = std::uint64_t{1} << (slot % 64);
    if ((occupied_[slot / 64] & bit) == 0) return;
    for (Links* at = ring_[slot].next(); at != &ring_[slot];) {
        Node& node = *static_cast<Node*>(at);
        at = at->next();
        if (node.due_ <= now) node.link_before(passed);
    }
    if (!ring_[slot].linked()) occupied_[slot / 64] &= ~bit;
}

std::optional<Wheel::Clock::time_point> Wheel::next() const
{
    if (size_ == 0) return std::nullopt;
    for (std::uint64_t step = 1; step <= slots;) {
        const std::size_t slot = (current_ + step) % slots;
        const std::uint64_t rest = occupied_[slot / 64] >> (slot % 64);
        if (rest == 0) {
            step += 64 - slot % 64;
            continue;
        }
        step += static_cast<unsigned>(std::countr_zero(rest));
        return time_of(current_ + step);
    }
    return time_of(current_ + slots);
}

struct TimerWheel::Timer
{
    static constexpr Clock::time_point never = Clock::time_point::max();

    explicit Timer(boost::asio::io_context& context) : timer(context) {}

    boost::asio::steady_timer timer;
    Clock::time_point set_for = never;
    bool winding_down = false;
};

TimerWheel::TimerWheel(boost::asio::io_context& context)
    : wheel_(Clock::now()), timer_(std::make_unique<Timer>(context))
{}

TimerWheel::~TimerWheel() = default;

void TimerWheel::link(Node& node, Clock::duration time)
{
    const auto due = wheel_.link(node, Clock::now() + time);
    // A timer that is set for earlier will look again then. Most deadlines are
    // taken back long before, so this is what keeps the timer out of the way.
    if (timer_ && due < timer_->set_for) set_timer(due);
}

void TimerWheel::set_timer(Clock::time_point when)
{
    // While the loop is ending it must not wait for a deadline that was taken
    // back, so it looks again soon.
    if (timer_->winding_down) when = std::min(when, Clock::now() + 2 * Wheel::tick);
    timer_->set_for = when;
    timer_->timer.expires_at(when);
    timer_->timer.async_wait([this](boost::system::error_code error) {
        if (!error) expire(Clock::now());
    });
}

void TimerWheel::expire(Clock::time_point now)
{
    timer_->set_for = Timer::never;
    wheel_.advance(now);
    const auto next = wheel_.next();
    if (next && *next < timer_->set_for) set_timer(*next);
}

void TimerWheel::wind_down()
{
    if (!timer_) return;
    timer_->winding_down = true;
    timer_->set_for = Timer::never;
    timer_->timer.cancel();
    if (const auto next = wheel_.next()) set_timer(*next);
}

void TimerWheel::detach()
{
    timer_.reset();
}

} // namespace pillarbox::net

#include "server/net/reactor.hpp"

#include "server/base/log.hpp"
#include "server/net/buffer_pool.hpp"
#include "server/net/timer_wheel.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <csignal>
#include <exception>
#include <optional>
#include <utility>

namespace pillarbox::net {

struct Reactor::State
{
    using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    // The frames of sessions that still exist are destroyed with the context,
    // and give back blocks, nodes and links: so it goes first, by hand.
    std::unique_ptr<boost::asio::io_context> context = std::make_unique<boost::asio::io_context>(1);
    TimerWheel timers{*context};
    BufferPool buffers;
    Links members;
    std::optional<Work> work{context->get_executor()};
    std::atomic<std::size_t> sessions{0};
    std::atomic<bool> draining{false};
    bool cancelled = false;
};

Reactor::Reactor() : state_(std::make_unique<State>())
{
    // OpenSSL writes to the descriptor by itself, without MSG_NOSIGNAL.
    static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
    static_cast<void>(ignored);
}

Reactor::~Reactor()
{
    state_->work.reset();
    state_->timers.detach();
    // A handler that waits inside its own session would keep both alive;
    // cancelled, it is the context's to destroy.
    for (Links* at = state_->members.next(); at != &state_->members; at = at->next())
        static_cast<Member*>(at)->cancel();
    state_->context.reset();
}

void Reactor::run()
{
    for (;;) {
        try {
            state_->context->run();
            return;
        } catch (const std::exception& error) {
            // Memory for one handler was missing, say; the others go on.
            Log().error("net.escaped", {{"task", "reactor"}, {"error", error.what()}});
        }
    }
}

void Reactor::post(std::function<void()> work)
{
    boost::asio::post(*state_->context, std::move(work));
}

void Reactor::spawn(const char* name, awaitable<void> task)
{
    auto finished = [name](std::exception_ptr escaped) {
        if (!escaped) return;
        try {
            std::rethrow_exception(escaped);
        } catch (const std::exception& error) {
            Log().error("net.escaped", {{"task", name}, {"error", error.what()}});
        } catch (...) {
            Log().error("net.escaped", {{"task", name}, {"error", "not an exception of a known kind"}});
        }
    };
    boost::asio::co_spawn(*state_->context, std::move(task), std::move(finished));
}

void Reactor::drain()
{
    state_->draining = true;
    auto interrupt = [this] {
        for (Links* at = state_->members.next(); at != &state_->members; at = at->next())
            static_cast<Member*>(at)->drain();
    };
    boost::asio::post(*state_->context, std::move(interrupt));
}

bool Reactor::draining() const
{
    return state_->draining;
}

void Reactor::cancel_all()
{
    auto cancel = [this] {
        state_->cancelled = true;
        for (Links* at = state_->members.next(); at != &state_->members; at = at->next())
            static_cast<Member*>(at)->cancel();
    };
    boost::asio::post(*state_->context, std::move(cancel));
}

void Reactor::stop()
{
    auto finish = [this] {
        state_->work.reset();
        state_->timers.wind_down();
    };
    boost::asio::post(*state_->context, std::move(finish));
}

std::size_t Reactor::sessions() const
{
    return state_->sessions;
}

boost::asio::io_context& Reactor::context()
{
    return *state_->context;
}

boost::asio::any_io_executor Reactor::executor()
{
    return state_->context->get_executor();
}

TimerWheel& Reactor::timers()
{
    return state_->timers;
}

BufferPool& Reactor::buffers()
{
    return state_->buffers;
}

void Reactor::enter(Member& member)
{
    member.link_before(state_->members);
    ++state_->sessions;
}

void Reactor::leave(Member& member) noexcept
{
    member.unlink();
    --state_->sessions;
}

bool Reactor::cancelled() const
{
    return state_->cancelled;
}

} // namespace pillarbox::net

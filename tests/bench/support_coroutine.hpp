#pragma once

#include "tests/bench/support_socket.hpp"

#include <sys/epoll.h>

#include <array>
#include <coroutine>
#include <exception>
#include <stdexcept>
#include <utility>
#include <vector>

/// Coroutines that wait for sockets, with as few system calls as there can be:
/// a client of a benchmark shall cost less than what it measures.
namespace pillarbox::bench {

/// A coroutine without a result. It begins when it is awaited or started.
class Task
{
public:
    struct promise_type
    {
        struct Final
        {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) const noexcept
            {
                return done.promise().awaiter;
            }
            void await_resume() const noexcept {}
        };

        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        Final final_suspend() const noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { escaped = std::current_exception(); }

        std::coroutine_handle<> awaiter = std::noop_coroutine();
        std::exception_ptr escaped;
    };

    explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&& other) noexcept
    {
        std::swap(coroutine_, other.coroutine_);
        return *this;
    }
    ~Task()
    {
        if (coroutine_) coroutine_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const noexcept
    {
        coroutine_.promise().awaiter = awaiter;
        return coroutine_;
    }
    void await_resume() const
    {
        if (coroutine_.promise().escaped) std::rethrow_exception(coroutine_.promise().escaped);
    }

    void start() const { coroutine_.resume(); }
    /// Whether it has ended; throws what escaped it.
    bool ended() const
    {
        if (coroutine_.done()) await_resume();
        return coroutine_.done();
    }

private:
    std::coroutine_handle<promise_type> coroutine_;
};

/// Runs Tasks on this thread.
class Loop
{
public:
    /// A socket that one Task waits for, which ends before the socket does.
    class Watch
    {
    public:
        Watch(Loop& loop, const Descriptor& socket)
        {
            epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
            ::epoll_ctl(loop.epoll_.number(), EPOLL_CTL_ADD, socket.number(), &event);
        }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// To be awaited: there is something to read, or the end.
        auto readable()
        {
            struct Readable
            {
                Watch& watch;
                bool await_ready() const noexcept { return false; }
                void await_suspend(std::coroutine_handle<> waiter) const noexcept { watch.waiter_ = waiter; }
                void await_resume() const noexcept {}
            };
            return Readable{*this};
        }

    private:
        friend class Loop;
        std::coroutine_handle<> waiter_;
    };

    void start(Task task)
    {
        task.start();
        tasks_.push_back(std::move(task));
    }

    /// Until all have ended; throws what escapes one, and when for 60 s no
    /// server says anything.
    void run()
    {
        std::array<epoll_event, 64> events{};
        for (;;) {
            std::erase_if(tasks_, [](const Task& task) { return task.ended(); });
            if (tasks_.empty()) return;
            const int count = ::epoll_wait(epoll_.number(), events.data(), events.size(), 60'000);
            if (count == 0) throw std::runtime_error("a server said nothing for 60 s");
            for (int i = 0; i < count; ++i)
                static_cast<Watch*>(events[static_cast<std::size_t>(i)].data.ptr)->waiter_.resume();
        }
    }

private:
    Descriptor epoll_{::epoll_create1(EPOLL_CLOEXEC)};
    std::vector<Task> tasks_;
};

} // namespace pillarbox::bench

#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace pillarbox::net {

/// Calls `cancel` when the time has come, unless it has gone before. On one
/// thread with what it cancels.
class Watchdog
{
public:
    Watchdog(const boost::asio::any_io_executor& executor, std::chrono::steady_clock::time_point end,
             std::function<void()> cancel)
        : watch_(std::make_shared<Watch>(boost::asio::steady_timer(executor, end), std::move(cancel)))
    {
        watch_->timer.async_wait([watch = watch_](boost::system::error_code error) {
            // It may have been over, and only not told, when the watchdog went.
            if (!error && watch->cancel) watch->cancel();
        });
    }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog()
    {
        watch_->cancel = nullptr;
        watch_->timer.cancel();
    }

private:
    struct Watch
    {
        Watch(boost::asio::steady_timer t, std::function<void()> c)
            : timer(std::move(t)), cancel(std::move(c))
        {}

        boost::asio::steady_timer timer;
        std::function<void()> cancel;
    };

    std::shared_ptr<Watch> watch_;
};

} // namespace pillarbox::net

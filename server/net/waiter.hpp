#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace pillarbox::net {

/// A place where one coroutine waits until it is told to go on. Touched on
/// that coroutine's thread only.
class Waiter
{
public:
    /// Suspends the caller until resume().
    boost::asio::awaitable<void> wait()
    {
        auto initiate = [this](auto handler) {
            held_ = std::make_unique<HeldOf<decltype(handler)>>(std::move(handler));
        };
        return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void()>(
            std::move(initiate), boost::asio::use_awaitable);
    }

    bool waiting() const { return held_ != nullptr; }

    /// Lets the one who waits go on, soon and not from inside this call.
    void resume()
    {
        if (const auto held = std::exchange(held_, nullptr)) held->resume();
    }

    /// Destroys the one who waits, with everything it holds.
    void drop() { const auto held = std::exchange(held_, nullptr); }

private:
    struct Held
    {
        virtual ~Held() = default;
        virtual void resume() = 0;
    };

    template <class Handler>
    struct HeldOf final : Held
    {
        explicit HeldOf(Handler h) : handler(std::move(h)) {}
        void resume() override { boost::asio::post(std::move(handler)); }
        Handler handler;
    };

    std::unique_ptr<Held> held_;
};

} // namespace pillarbox::net

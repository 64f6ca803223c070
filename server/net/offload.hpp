#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace pillarbox::net {

/// Runs `work`, a function that computes and does not throw, on the pool, and
/// resumes the caller on its own reactor with what it returned. For anything
/// above a millisecond: password hashes, signatures.
template <class Work>
auto offload(boost::asio::thread_pool& pool, Work work)
{
    using Outcome = std::invoke_result_t<Work&>;
    auto initiate = [&pool](auto handler, Work w) {
        auto home = boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                        boost::asio::execution::outstanding_work.tracked);
        auto there = [handler = std::move(handler), home = std::move(home), w = std::move(w)]() mutable {
            auto back = [handler = std::move(handler), outcome = w()]() mutable {
                std::move(handler)(std::move(outcome));
            };
            boost::asio::post(home, std::move(back));
        };
        boost::asio::post(pool, std::move(there));
    };
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Outcome)>(
        std::move(initiate), boost::asio::use_awaitable, std::move(work));
}

} // namespace pillarbox::net

#pragma once

#include "server/base/log.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// Lets people's filters learn from what they move into Junk and out of it,
/// after the move and apart from delivery. A lesson is a row in the store until
/// it is learned, so that none is lost or learned twice when the server stops.
class Learner
{
public:
    /// `executor` is where run() runs. Unless it `learns`, lessons end unread.
    /// The store outlives it.
    Learner(boost::asio::any_io_executor executor, storage::Store& store, bool learns);

    /// Learns what there is, and waits for more, until stop(). Once.
    boost::asio::awaitable<void> run();

    /// Lets run() end once it has finished what it is at. Any thread.
    void stop();

    /// One look: learns from all that waits. Errors: those of the store.
    boost::asio::awaitable<storage::Result<void>> learn_all();

private:
    void wake();
    boost::asio::awaitable<storage::Result<std::vector<std::uint64_t>>> words_of(storage::Lesson lesson);

    storage::Store& store_;
    bool learns_;
    Log log_;
    boost::asio::thread_pool words_{1};
    boost::asio::steady_timer timer_; // this and the next two on run()'s thread only
    bool woken_ = false;
    bool stopped_ = false;
};

} // namespace pillarbox::mailflow

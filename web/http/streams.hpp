#pragma once

#include "storage/types.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace pillarbox::http {

/// An answer that goes on until its client leaves, or the server ends. Used on
/// its executor, but for end().
class Stream : public std::enable_shared_from_this<Stream>
{
public:
    explicit Stream(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

    bool ended() const { return ended_; }

    /// Returns after that time, and at once when the stream ends.
    boost::asio::awaitable<void> pause(std::chrono::seconds time);

    /// Any thread.
    void end();

private:
    boost::asio::steady_timer timer_;
    bool ended_ = false;
};

/// All of them. Any thread.
class Streams
{
public:
    static constexpr std::size_t most_of_account = 10;

    /// Another one; null when the server is ending. Where the account has enough,
    /// its oldest ends: of a browser that has left, that may take a while to be
    /// noticed otherwise.
    std::shared_ptr<Stream> open(storage::AccountId account, boost::asio::any_io_executor executor);

    /// Ends those that there are, and opens no others.
    void drain();

private:
    std::mutex mutex_;
    std::vector<std::pair<storage::AccountId, std::weak_ptr<Stream>>> open_;
    bool draining_ = false;
};

} // namespace pillarbox::http

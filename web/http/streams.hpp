#pragma once

#include "storage/types.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::http {

/// What a stream is about besides its account's mail; bits of a set.
namespace topic {
inline constexpr unsigned queue = 1; // mail on its way out
inline constexpr unsigned log = 2;   // the server's log
} // namespace topic

/// An answer that goes on until its client leaves, or the server ends. Used on
/// its executor, but for end(), tell() and note().
class Stream : public std::enable_shared_from_this<Stream>
{
public:
    explicit Stream(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

    bool ended() const { return ended_; }

    /// Returns after that time, and at once when the stream ends, is told something, or
    /// there is news.
    boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

    /// What it was told since the last call.
    std::vector<std::string> take() { return std::exchange(told_, {}); }
    bool told() const { return !told_.empty(); }

    /// The topics of which there was news since the last call.
    unsigned take_news() { return news_.exchange(0); }
    bool has_news() const { return news_ != 0; }

    /// Any thread.
    void end();

    /// Something to pass on, once, that nothing keeps. Of what a client does not
    /// take in time the oldest is forgotten. Any thread.
    void tell(std::string what);

    /// There is news of these topics: who reads the stream looks for it. However often
    /// it is said in between, that costs nothing. Any thread.
    void note(unsigned topics);

private:
    boost::asio::steady_timer timer_;
    bool ended_ = false;
    std::atomic<unsigned> news_ = 0;
    std::vector<std::string> told_;
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

    /// Tells it to all of the account.
    void tell(storage::AccountId account, const std::string& what);

    /// Ends those that there are, and opens no others.
    void drain();
    bool draining() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<storage::AccountId, std::weak_ptr<Stream>>> open_;
    bool draining_ = false;
};

} // namespace pillarbox::http

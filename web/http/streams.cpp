#include "web/http/streams.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace pillarbox::http {

namespace asio = boost::asio;

asio::awaitable<void> Stream::pause(std::chrono::milliseconds time)
{
    if (ended_ || told() || has_news()) co_return;
    timer_.expires_after(time);
    [[maybe_unused]] const auto waited = co_await timer_.async_wait(asio::as_tuple(asio::deferred));
}

void Stream::end()
{
    asio::post(timer_.get_executor(), [self = shared_from_this()] {
        self->ended_ = true;
        self->timer_.cancel();
    });
}

void Stream::tell(std::string what)
{
    asio::post(timer_.get_executor(), [self = shared_from_this(), what = std::move(what)]() mutable {
        constexpr std::size_t most_told = 100;
        if (self->told_.size() >= most_told) self->told_.erase(self->told_.begin());
        self->told_.push_back(std::move(what));
        self->timer_.cancel();
    });
}

void Stream::note(unsigned topics)
{
    if ((news_.fetch_or(topics) & topics) == topics) return; // whoever was first has said it
    asio::post(timer_.get_executor(), [self = shared_from_this()] { self->timer_.cancel(); });
}

std::shared_ptr<Stream> Streams::open(storage::AccountId account, asio::any_io_executor executor)
{
    const std::scoped_lock lock(mutex_);
    if (draining_) return nullptr;
    std::erase_if(open_, [](const auto& one) { return one.second.expired(); });
    const auto account_of = [](const auto& one) { return one.first; };
    if (std::ranges::count(open_, account, account_of) >= std::ptrdiff_t{most_of_account}) {
        const auto oldest = std::ranges::find(open_, account, account_of);
        if (const auto stream = oldest->second.lock()) stream->end();
        open_.erase(oldest);
    }
    auto stream = std::make_shared<Stream>(std::move(executor));
    open_.emplace_back(account, stream);
    return stream;
}

void Streams::tell(storage::AccountId account, const std::string& what)
{
    const std::scoped_lock lock(mutex_);
    for (const auto& [owner, weak] : open_) {
        if (const auto stream = owner == account ? weak.lock() : nullptr) stream->tell(what);
    }
}

void Streams::drain()
{
    const std::scoped_lock lock(mutex_);
    draining_ = true;
    for (const auto& [account, weak] : open_) {
        if (const auto stream = weak.lock()) stream->end();
    }
}

bool Streams::draining() const
{
    const std::scoped_lock lock(mutex_);
    return draining_;
}

} // namespace pillarbox::http

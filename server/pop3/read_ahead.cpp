#include "server/pop3/read_ahead.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace pillarbox::pop3 {

using boost::asio::awaitable;

awaitable<storage::Result<std::unique_ptr<storage::MessageReader>>>
ReadAhead::open(storage::Mail& mail, const Numbering& numbering, std::uint32_t number, bool pipelined)
{
    const bool goes_on = number == std::exchange(last_, number) + 1 && pipelined;
    if (!goes_on) {
        at_once_ = 1;
        look_.reset(); // its end is nobody's any more
    }
    auto ready = take(number);
    if (!ready && look_) {
        co_await finish_look();
        ready = take(number);
    }
    if (!pipelined) opened_.clear();
    if (ready) {
        // Half of what there is gives the store the time to find the rest.
        if (!goes_on || look_ || opened_.size() > at_once_ / 2) co_return ready;
        Wish wish = from(numbering, (opened_.empty() ? number : opened_.back().number) + 1);
        if (wish.numbers.empty()) co_return ready;
        look_ = std::make_shared<Look>();
        const auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::co_spawn(executor, look(look_, mail, std::move(wish)), boost::asio::detached);
        co_return ready;
    }

    Wish wish = from(numbering, number);
    auto readers = co_await mail.open(std::move(wish.messages));
    if (!readers) co_return readers.error();
    for (std::size_t i = 1; i < readers->size(); ++i)
        opened_.push_back({wish.numbers[i], std::move((*readers)[i])});
    co_return std::move(readers->front());
}

/// The next that there are, as many as it is time for; one at least, however large.
ReadAhead::Wish ReadAhead::from(const Numbering& numbering, std::uint32_t number)
{
    Wish wish;
    std::uint64_t octets = 0;
    for (; number <= numbering.highest() && wish.numbers.size() < at_once_; ++number) {
        const auto* message = numbering.find(number);
        if (!message) continue; // marked as deleted
        if (!wish.numbers.empty()) octets += message->size;
        if (octets > most_octets) break;
        wish.numbers.push_back(number);
        wish.messages.push_back(message->id);
    }
    at_once_ = std::min(2 * at_once_, most_messages);
    return wish;
}

awaitable<void> ReadAhead::look(std::shared_ptr<Look> look, storage::Mail& mail, Wish wish)
{
    // However this ends, who waits goes on.
    struct End
    {
        Look& look;
        ~End()
        {
            look.over = true;
            look.session.resume();
        }
    } const end{*look};
    auto readers = co_await mail.open(std::move(wish.messages));
    for (std::size_t i = 0; readers && i < readers->size(); ++i)
        look->messages.push_back({wish.numbers[i], std::move((*readers)[i])});
}

awaitable<void> ReadAhead::finish_look()
{
    if (!look_->over) co_await look_->session.wait();
    const auto look = std::exchange(look_, nullptr);
    std::ranges::move(look->messages, std::back_inserter(opened_));
}

/// That which was opened for `number`; those before it, which were passed over, go.
std::unique_ptr<storage::MessageReader> ReadAhead::take(std::uint32_t number)
{
    std::unique_ptr<storage::MessageReader> reader;
    while (!opened_.empty() && !reader && opened_.front().number <= number) {
        if (opened_.front().number == number) reader = std::move(opened_.front().reader);
        opened_.pop_front();
    }
    if (!reader) opened_.clear();
    return reader;
}

} // namespace pillarbox::pop3

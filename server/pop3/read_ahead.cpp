#include "server/pop3/read_ahead.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pillarbox::pop3 {

boost::asio::awaitable<storage::Result<std::unique_ptr<storage::MessageReader>>>
ReadAhead::open(storage::Mail& mail, const Numbering& numbering, std::uint32_t number, bool pipelined)
{
    const bool in_order = number == std::exchange(last_, number) + 1;
    if (!pipelined || !in_order) at_once_ = 1;
    auto ready = take(number);
    if (!pipelined) opened_.clear();
    if (ready) co_return ready;

    std::vector<std::uint32_t> numbers{number};
    std::vector<storage::MessageId> messages{numbering.find(number)->id};
    std::uint64_t octets = 0;
    for (auto next = number + 1; next <= numbering.highest() && messages.size() < at_once_; ++next) {
        const auto* message = numbering.find(next);
        if (!message) continue; // marked as deleted
        octets += message->size;
        if (octets > most_octets) break;
        numbers.push_back(next);
        messages.push_back(message->id);
    }
    at_once_ = std::min(2 * at_once_, most_messages);
    auto readers = co_await mail.open(std::move(messages));
    if (!readers) co_return readers.error();
    for (std::size_t i = 1; i < readers->size(); ++i)
        opened_.push_back({numbers[i], std::move((*readers)[i])});
    co_return std::move(readers->front());
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
